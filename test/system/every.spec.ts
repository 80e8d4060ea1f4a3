import assert from 'node:assert/strict';
import { every } from '../../src/system/every';
import { ManualClock } from '../support/manual-clock';

describe('what is done again and again', () => {
  it('happens at each interval until it is cancelled, also by itself', async () => {
    const clock = new ManualClock();
    const times: number[] = [];
    const timer = every(clock, 100, () => {
      times.push(clock.elapsed());
      if (times.length === 3) timer.cancel();
    });
    await clock.advance(1_000);
    assert.deepEqual(times, [100, 200, 300]);
    assert.equal(clock.waiting, 0);
  });
});
