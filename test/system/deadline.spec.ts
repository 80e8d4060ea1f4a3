import { strict as assert } from 'node:assert';
import { getEventListeners } from 'node:events';
import { sleep, systemClock } from '../../src/system/clock';
import { Deadline, within } from '../../src/system/deadline';
import { ManualClock, settle } from '../support/manual-clock';

describe('Deadline', () => {
  it('aborts with a TimeoutError when time is up', async () => {
    const clock = new ManualClock();
    const deadline = new Deadline(clock, 1_000);
    await clock.advance(999);
    assert.equal(deadline.signal.aborted, false);
    await clock.advance(1);
    assert.equal(deadline.passed, true);
  });

  it('aborts with the reason of the signal that did, also of one that already had', () => {
    const caller = new AbortController();
    const deadline = new Deadline(new ManualClock(), 1_000, undefined, caller.signal);
    caller.abort('enough');
    assert.equal(deadline.signal.reason, 'enough');
    assert.equal(deadline.passed, false);
    assert.equal(new Deadline(new ManualClock(), 1_000, caller.signal).signal.reason, 'enough');
  });

  it('leaves no timer and no listener behind, whatever its work does', async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    await within(clock, 1_000, [signal], async () => 'done');
    await assert.rejects(within(clock, 1_000, [signal], async () => Promise.reject(new Error('no'))));
    assert.equal(clock.waiting, 0);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});

describe('sleep', () => {
  it('ends at its time, or with the reason of its signal', async () => {
    const clock = new ManualClock();
    let slept = false;
    void sleep(clock, 50).then(() => {
      slept = true;
    });
    await clock.advance(50);
    assert.equal(slept, true);
    const caller = new AbortController();
    const asleep = assert.rejects(sleep(clock, 50, caller.signal), /enough/);
    caller.abort(new Error('enough'));
    await asleep;
    assert.equal(clock.waiting, 0);
  });
});

describe('the system clock', () => {
  it('does not fire at once for a time that a timer of Node.js cannot hold', async () => {
    let fired = false;
    const timer = systemClock.after(30 * 86_400_000, () => {
      fired = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await settle();
    timer.cancel();
    assert.equal(fired, false);
  });
});
