import { parseArgs } from 'node:util';
import { SeededRandom } from '../support/random';
import { Life } from './life';
import { LocalGround } from './local-ground';
import { Lockstep, type Outcome, told } from './lockstep';
import { MalformedLife } from './malformed';
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
    },
  });
  const seed = Number(values.seed);
  console.log(`Seed ${seed}`);
  const real = await RealGround.open(process.env);
  const local = await LocalGround.like(real, values.memory);
  try {
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
