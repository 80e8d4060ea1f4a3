import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import { SeededRandom, seedOf } from '../support/random';
import { hostileFields } from './fields';
import { HostileGround, type Input, inputs } from './inputs';
import { complaint, type End } from './sentence';
import { hostileValues } from './values';
import { isWhole } from './whole';

/** So many inputs go into one flow. */
const atOnce = 2_000;

/** Values that throw when they are looked at: what they threw is told. */
const throwing = /^(getters|proxy|revoked|array with a getter|to(String|JSON|Primitive)|iterator)/;

describe('hostile values in messages', function () {
  this.timeout(900_000);
  const ground = new HostileGround();
  const unheard: string[] = [];
  const hear = (thrown: unknown): number => unheard.push(String(thrown));
  before(async () => {
    helper.startServer();
    await ground.begin();
    process.on('unhandledRejection', hear);
  });
  after(async () => {
    process.off('unhandledRejection', hear);
    await ground.end();
    helper.stopServer();
  });

  it('of any kind, in any field of any node: each ends once, well or with a typed failure, and the node goes on', async () => {
    const seed = seedOf('EDGE_SYNC_SEED', 1);
    const random = new SeededRandom(seed);
    const tried = isWhole ? inputs : Array.from({ length: 400 }, () => random.pick(inputs as [Input]));
    const ends: Record<string, number> = {};
    const complaints: string[] = [];
    for (const [index, { field, value }] of tried.entries()) {
      // The test helper keeps every message that it has seen.
      if (index > 0 && index % atOnce === 0) await ground.renew();
      const end = await ground
        .give(field, hostileValues[value]?.())
        .catch((error: Error): End => ({ code: 'none', text: error.message }));
      const how = end.code === undefined ? 'well' : String(end.code);
      ends[how] = (ends[how] ?? 0) + 1;
      const wrong = complaint(end, throwing.test(value));
      if (wrong) complaints.push(`${field.name} <- ${value}: ${wrong}`);
    }
    console.log(
      `      EDGE_SYNC_SEED=${seed}: ${tried.length} of ${inputs.length} inputs (${hostileFields.length} fields, ${Object.keys(hostileValues).length} values): ${JSON.stringify(ends)}`,
    );
    assert.deepEqual(complaints.slice(0, 20), [], `${complaints.length} complaints`);
    assert.deepEqual([unheard, ground.surplus], [[], []]);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it('of a list that throws in its middle leaves nothing that nobody waits for', async () => {
    for (const field of hostileFields.filter(({ name }) => name.endsWith(': trustedKey'))) {
      const { code } = await ground.give(field, hostileValues['array with a getter that throws']?.());
      assert.match(String(code), /^SYNC_/);
    }
    // What it had begun to read fails only now.
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(unheard, []);
  });

  it('leave every node as it was: a good message after them ends well, or is refused by the service', async () => {
    const refusals = [
      'SYNC_NOT_FOUND',
      'SYNC_REJECTED',
      'SYNC_NOT_IN_FLOW',
      // The object that others have published, where it has arrived meanwhile.
      'SYNC_NOT_JSON',
      'SYNC_INVALID_ARGUMENT',
      'SYNC_UNAUTHORIZED',
    ];
    const ends: Record<string, number> = {};
    for (const field of hostileFields) {
      const { code, text } = await ground.give(field, field.good);
      const how = code === undefined ? 'well' : String(code);
      ends[how] = (ends[how] ?? 0) + 1;
      assert.ok(code === undefined || refusals.includes(how), `${field.name}: ${String(text)}`);
    }
    console.log(`      ${JSON.stringify(ends)}`);
    assert.ok((ends.well ?? 0) > hostileFields.length / 2, 'most end well');
  });
});
