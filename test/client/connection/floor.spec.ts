import assert from 'node:assert/strict';
import { ProgressFloor } from '../../../src/client/connection/floor';
import { ManualClock } from '../../support/manual-clock';

describe('a floor of progress', () => {
  let clock: ManualClock;
  let floor: ProgressFloor;
  beforeEach(() => {
    clock = new ManualClock();
    floor = new ProgressFloor(clock, { bytes: 256, window: 30_000 });
  });
  afterEach(() => {
    floor.release();
    assert.equal(clock.waiting, 0);
  });

  it('ends what brings nothing, and what brings too little', async () => {
    await clock.advance(29_999);
    assert.equal(floor.signal.aborted, false);
    floor.passed(255);
    floor.peerMoves();
    await clock.advance(1);
    assert.match(String(floor.signal.reason), /^TimeoutError/);
  });

  it('lets go on what brings enough, for ever', async () => {
    for (let minute = 0; minute < 600; minute += 1) {
      await clock.advance(29_000);
      floor.passed(256);
      floor.peerMoves();
    }
    assert.equal(floor.signal.aborted, false);
    await clock.advance(30_000);
    assert.equal(floor.signal.aborted, true);
  });

  it('does not count the time in which the peer waits for us', async () => {
    await clock.advance(20_000);
    floor.passed(1);
    await clock.advance(3_600_000);
    floor.peerMoves();
    await clock.advance(9_999);
    assert.equal(floor.signal.aborted, false);
    await clock.advance(1);
    assert.equal(floor.signal.aborted, true);
  });

  it('waits longer for the answer to what was sent, and then for its bytes as before', async () => {
    floor.passed(1_000_000);
    floor.answerWithin(600_000);
    await clock.advance(400_000);
    assert.equal(floor.signal.aborted, false);
    floor.answered();
    floor.peerMoves();
    await clock.advance(29_999);
    assert.equal(floor.signal.aborted, false);
    await clock.advance(1);
    assert.equal(floor.signal.aborted, true);
  });

  it('waits no longer for the answer than it is told to, also where that is less than it waits for bytes', async () => {
    floor.passed(1_000_000);
    floor.answerWithin(10_000);
    await clock.advance(9_999);
    assert.equal(floor.signal.aborted, false);
    await clock.advance(1);
    assert.equal(floor.signal.aborted, true);
  });

  it('is not begun anew by the end of what is sent, where the answer is there before, or all is over', async () => {
    floor.passed(1_000_000);
    floor.answered();
    floor.answerWithin(60_000);
    await clock.advance(3_600_000);
    assert.equal(floor.signal.aborted, false);
    floor.release();
    floor.answerWithin(60_000);
    assert.equal(clock.waiting, 0);
  });
});
