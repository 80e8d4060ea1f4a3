import { parseArgs } from 'node:util';
import { SeededRandom } from '../support/random';
import type { Ground } from './ground';
import { Life } from './life';
import { LocalGround } from './local-ground';
import { Lockstep, type Outcome, told } from './lockstep';
import { MalformedLife } from './malformed';
import { play } from './play';
import { leftOutOfPlans } from './played-life';
import { RealGround } from './real-ground';

/**
 * Asks the local service and a real one the same, at random and by seed. The real one is that of the environment, as for
 * `test:live`; its two edges reach their CSS by 127.0.0.1 at EDGE_SYNC_GATE_PORT, where this command stands between them.
 */
async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      count: { type: 'string', default: '3000' },
      lives: { type: 'string', default: '40' },
      memory: { type: 'boolean', default: false },
      malformed: { type: 'boolean', default: false },
      plans: { type: 'boolean', default: false },
    },
  });
  const seed = Number(values.seed);
  console.log(`Seed ${seed}`);
  const real = await RealGround.open(process.env);
  const local = await LocalGround.like(real, values.memory);
  try {
    if (values.plans) {
      await playPlans([real, local], seed, Number(values.count), Number(values.lives));
      return;
    }
    const random = new SeededRandom(seed);
    const total: Outcome = { asked: 0, same: 0, partings: [] };
    const stamp = Date.now().toString(36);
    while (total.asked < Number(values.count)) {
      const lives = Array.from({ length: Number(values.lives) }, (_, at) => {
        const own = new SeededRandom(seed + total.asked * 1_000 + at);
        const Asked = values.malformed ? MalformedLife : Life;
        return new Asked(`fz-${stamp}-${total.asked}-${at}`, own, real);
      });
      const lockstep = new Lockstep([real, local], lives, random);
      for (let round = 0; round < rounds; round += 1) await lockstep.round();
      await lockstep.end();
      total.asked += lockstep.outcome.asked;
      total.same += lockstep.outcome.same;
      total.partings.push(...lockstep.outcome.partings);
    }
    tell(total);
  } finally {
    await Promise.all([real.close(), local.close()]);
  }
}

/** Plays the plans of so many seeds of the simulation, `lives` of them at once. */
async function playPlans(grounds: Ground[], seed: number, count: number, lives: number): Promise<void> {
  const run = Date.now().toString(36);
  let [steps, parted] = [0, 0];
  for (let played = 0; played < count; played += lives) {
    const seeds = Array.from({ length: Math.min(lives, count - played) }, (_, at) => seed + played + at);
    for (const { seed: own, history, parted: where } of await play(grounds, seeds, run)) {
      steps += history.length;
      if (where === undefined) continue;
      parted += 1;
      console.log(`\nSeed ${own} parts (model, real, local) at ${where}`);
      for (const line of history) console.log(`    after ${line}`);
    }
  }
  for (const [what, why] of Object.entries(leftOutOfPlans)) console.log(`Left out: ${what}: ${why}`);
  console.log(`${count - parted} of ${count} plans end alike, in ${steps} steps`);
}

const rounds = 15;

function tell({ asked, same, partings }: Outcome): void {
  for (const { request, difference, before } of partings) {
    console.log(`\n${told(request)}\n  real / local: ${difference}`);
    for (const line of before) console.log(`    after ${line}`);
  }
  console.log(`${partings.length} lives parted`);
  console.log(`${same} of ${asked} match`);
}

run().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
