import assert from 'node:assert/strict';
import { seedOf } from '../../support/random';
import { History, type HistoryOptions } from './history';

/** `npm run test:outbox` has 200 of them, with another seed each time. */
const deaths = Number(process.env.EDGE_SYNC_OUTBOX_DEATHS ?? 10);
const isCampaign = process.env.EDGE_SYNC_OUTBOX_DEATHS !== undefined;
const seed = isCampaign || process.env.EDGE_SYNC_SEED ? seedOf('EDGE_SYNC_SEED') : 1;
const actions = deaths * 50;

describe(`an outbox of which ${deaths} processes die at any moment, and whose service goes up and down`, function () {
  this.timeout(600_000);

  async function run(order: 'latest wins' | 'every one', often = deaths): Promise<History> {
    // Small, so that what is past has to go while processes die.
    const limits: HistoryOptions['limits'] = { order, rate: 1_000, bytes: 3_000_000 };
    const history = new History({ seed, deaths: often, actions: often * 50, limits });
    await history.run().catch((error: unknown) => {
      throw new Error(`EDGE_SYNC_SEED=${seed}: ${String(error)}`, { cause: error });
    });
    if (isCampaign) console.log(`      EDGE_SYNC_SEED=${seed}`, JSON.stringify(history.counts));
    return history;
  }

  for (const order of ['latest wins', 'every one'] as const) {
    it(`loses nothing that was confirmed, sends in order, and twice only what got no answer: ${order}`, async () => {
      const { counts } = await run(order);
      assert.equal(counts.deaths, deaths);
      assert.ok(counts.powerCuts > deaths / 5 && counts.confirmed > actions / 2, JSON.stringify(counts));
      assert.equal(counts.replaced > 0, order === 'latest wins');
    });
  }

  it('does the same with the same seed', async () => {
    const often = deaths / 2;
    assert.equal((await run('latest wins', often)).log, (await run('latest wins', often)).log);
  });
});
