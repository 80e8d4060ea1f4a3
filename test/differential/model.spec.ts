import assert from 'node:assert/strict';
import { LocalGround } from './local-ground';
import { play } from './play';

const names = {
  organization: 'demo',
  destinationType: 'gateway',
  destinationIDs: { ess: 'edge1', ess2: 'edge2' },
};
const seeds = Array.from({ length: 15 }, (_, index) => index + 1);

describe("the simulation's model of the service", () => {
  it('is like the local service, over the same plans', async function () {
    this.timeout(300_000);
    const local = await LocalGround.like(names, false);
    try {
      const lives = await play([local], seeds, 'spec');
      const parted = lives.filter(({ parted: where }) => where !== undefined);
      assert.deepEqual(
        parted.map(({ seed, parted: where }) => `seed ${seed}: ${where}`),
        [],
      );
      const steps = lives.reduce((sum, { history }) => sum + history.length, 0);
      assert.ok(steps > 250, `${steps} steps`);
    } finally {
      await local.close();
    }
  });
});
