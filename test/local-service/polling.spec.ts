import assert from 'node:assert/strict';
import { Polling } from '../../src/local-service/delivery/polling';
import { ManualClock } from '../support/manual-clock';

describe('how often an edge looks at its cloud', () => {
  let clock: ManualClock;
  let looks: number[];
  let polling: Polling;

  beforeEach(() => {
    clock = new ManualClock();
    looks = [];
    polling = new Polling(clock, 10_000, () => {
      looks.push(clock.elapsed());
      polling.expect();
    });
  });

  it('less and less while there is nothing, down to once an interval', async () => {
    polling.start();
    await clock.advance(80_000);
    const begun = [1, 3, 6, 10, 15, 21, 28, 36, 45].map((second) => second * 1_000);
    assert.deepEqual(looks, [...begun, 55_000, 65_000, 75_000]);
  });

  it('soon again after news', async () => {
    polling.start();
    await clock.advance(60_000);
    polling.found();
    looks = [];
    await clock.advance(10_000);
    // The one that it had set out for, then from the beginning.
    assert.deepEqual(looks, [65_000, 66_000, 70_000]);
  });

  it('not at all for nothing: a look that it was asked for comes at its time', async () => {
    polling = new Polling(clock, 10_000, () => looks.push(clock.elapsed()));
    polling.start();
    await clock.advance(20_000);
    polling.expect();
    polling.expect();
    await clock.advance(10_000);
    assert.deepEqual(looks, [1_000, 21_000]);
  });
});
