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

  it('is not done once it is cancelled', async () => {
    pace.ask();
    pace.ask();
    pace.cancel();
    await clock.advance(1_000);
    assert.deepEqual(times, [0]);
  });
});
