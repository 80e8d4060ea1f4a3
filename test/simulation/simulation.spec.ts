import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from './clock';
import { happen, plansOf } from './histories';
import { rules } from './oracle/rules';
import { planOf } from './plans/planner';
import { run } from './run';
import { transferPlanOf } from './transfers/planner';

const main = join(__dirname, 'main.ts');

describe('the simulation', () => {
  it('gives the same history for the same seed, byte for byte, whatever ran before and in whichever process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'simulation-'));
    const file = join(folder, 'log.txt');
    try {
      execFileSync(process.execPath, ['--require', 'tsx/cjs', main, '--seed', '66', '--log', file]);
      for (const plan of plansOf(7)) await happen(plan);
      for (const plan of plansOf(66)) {
        const { log, violations } = await happen(plan, true);
        assert.ok(log.length > 50);
        assert.deepEqual(violations, []);
        assert.ok(readFileSync(file, 'utf8').includes(`\n${log.join('\n')}\n`));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('gives others for other seeds', () => {
    for (const planFor of [planOf, transferPlanOf])
      assert.notDeepEqual({ ...planFor(1), seed: 2 }, planFor(2));
  });

  it('lets nobody have the time or the chance of this machine while it runs', async () => {
    const running = run(planOf(1));
    for (const real of [() => Date.now(), () => Math.random(), () => setTimeout(() => undefined, 1)]) {
      assert.throws(real, /is not the simulation's/);
    }
    await running;
    assert.ok(Date.now() > 0);
  });

  it('sees time that does not pass', async () => {
    const clock = new VirtualClock();
    const again = (): void => void clock.after(0, again);
    again();
    await assert.rejects(clock.run(1), /again and again/);
  });

  it('has somebody who judges each of its rules', () => {
    const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('rules.ts'));
    const text = sources.map((file) => readFileSync(join(__dirname, file), 'utf8')).join('');
    const unjudged = Object.keys(rules).filter((rule) => !text.includes(`'${rule}'`));
    assert.deepEqual(unjudged, []);
  });
});
