import assert from 'node:assert/strict';
import { NowAndThen } from '../../src/system/now-and-then';
import { ManualClock } from '../support/manual-clock';

describe('what is done now and then', () => {
  let clock: ManualClock;
  let times: number[];
  let pace: NowAndThen;
  beforeEach(() => {
    [clock, times] = [new ManualClock(), []];
    pace = new NowAndThen(clock, 200, () => times.push(clock.elapsed()));
  });

  it('is done at once after a while, and once for all who ask before the next', async () => {
    pace.ask();
    pace.ask();
    await clock.advance(50);
    pace.ask();
    assert.deepEqual(times, [0]);
    await clock.advance(1_000);
    assert.deepEqual(times, [0, 200]);
    pace.ask();
    assert.deepEqual(times, [0, 200, 1_050]);
    assert.equal(clock.waiting, 0, 'it keeps no time where nobody asks');
  });

  it('is done at once where somebody cannot wait, which answers all who asked', async () => {
    pace.ask();
    pace.ask();
    await clock.advance(50);
    pace.now();
    await clock.advance(1_000);
    assert.deepEqual(times, [0, 50]);
  });

  it('is done once when a process goes on that was stopped for minutes, or whose time of day was set, and paced from there', async () => {
    pace.ask();
    pace.ask();
    clock.stop(300_000);
    clock.jump(-86_400_000);
    pace.ask();
    await clock.advance(0);
    assert.deepEqual(times, [0, 300_000]);
    pace.ask();
    await clock.advance(199);
    assert.equal(times.length, 2);
    clock.stop(300_000);
    await clock.advance(0);
    assert.deepEqual(times, [0, 300_000, 600_199]);
    clock.stop(300_000);
    pace.ask();
    assert.deepEqual(times.at(-1), 900_199);
  });

  it('is not done once it is cancelled', async () => {
    pace.ask();
    pace.ask();
    pace.cancel();
    await clock.advance(1_000);
    assert.deepEqual(times, [0]);
  });
});
