import assert from 'node:assert/strict';
import { seedOf } from '../support/random';
import { type Campaign, run } from './campaign/campaign';
import { faults } from './campaign/faults';

/** Its seed is another one each time, unless it or EDGE_SYNC_SEED is given. */
type Wanted = Omit<Campaign, 'seed' | 'onProgress'> & Partial<Campaign>;

/** A campaign as a test: nothing is lost, nothing is wrong, nothing came again without a reason, and Node-RED lived. */
export function campaign(campaigned: Wanted): void {
  const { objects, atOnce, faults: wanted, calm, seed: usual, onProgress = () => undefined } = campaigned;
  describe(`${objects} objects each way, and as many through outboxes, through at least ${wanted} faults`, function () {
    this.timeout(4 * 3_600_000);

    it('arrive, each whole, and come again only for a reason', async () => {
      const seed = seedOf('EDGE_SYNC_SEED', usual);
      console.log(`      EDGE_SYNC_SEED=${seed}`);
      const outcome = await run({ seed, objects, atOnce, faults: wanted, calm, onProgress });
      const { published, handedOut, duplicates, overtaken, lost, wrong, unexplained } = outcome;
      const thrown = Object.values(outcome.faults).reduce((sum, each) => sum + each, 0);
      console.log(
        [
          `${published} published, ${handedOut} hand-outs, ${duplicates} of them again`,
          `${thrown} faults of ${Object.keys(outcome.faults).length} of ${faults.length} kinds: ${told(outcome.faults)}`,
          `disturbances: ${told(outcome.disturbances)}`,
          `refused for good, as dead letters: ${outcome.deadLetters}; published again for ${told(outcome.refusals)}`,
          `failures that flows were told: ${told(outcome.failures)}`,
          `${overtaken} updates came within the time of one acknowledgement, and went with it`,
          `${lost.length} lost, ${wrong.length} wrong, ${unexplained.length} unexplained`,
        ]
          .map((line) => `      ${line}`)
          .join('\n'),
      );
      const accused = [...lost, ...wrong, ...unexplained];
      assert.equal(accused.length, 0, accused.slice(0, 10).join('\n'));
      const missing = faults.filter(({ name }) => !outcome.faults[name]);
      assert.ok(
        faults.length - missing.length >= 25,
        `too few kinds of faults; without ${missing.map(({ name }) => name)}`,
      );
    });
  });
}

function told(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
