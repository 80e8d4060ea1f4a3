import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { systemClock } from '../../src/system/clock';

const day = 86_400_000;

describe("the system's clock", () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('waits for more than 2^31 ms, where a timer of Node.js would fire at once', () => {
    let calls = 0;
    systemClock.after(90 * day, () => {
      calls += 1;
    });
    for (let passed = 0; passed < 89; passed += 1) mock.timers.tick(day);
    assert.equal(calls, 0);
    // The mock starts each part of the wait at the end of a step.
    for (let passed = 0; passed < 5; passed += 1) mock.timers.tick(day);
    assert.equal(calls, 1);
    mock.timers.tick(90 * day);
    assert.equal(calls, 1);
  });

  it('gives Node.js no time that is past: version 24 warns of that on the console of the user', () => {
    mock.timers.reset();
    const waits: unknown[] = [];
    const spied = mock.method(globalThis, 'setTimeout', (_callback: () => void, delay: unknown) =>
      waits.push(delay),
    );
    systemClock.after(-0.1, () => undefined);
    systemClock.after(5, () => undefined);
    spied.mock.restore();
    assert.deepEqual(waits, [5]);
  });

  it('does not call what was cancelled after 2^31 ms', () => {
    let calls = 0;
    const timer = systemClock.after(90 * day, () => {
      calls += 1;
    });
    for (let passed = 0; passed < 60; passed += 1) mock.timers.tick(day);
    timer.cancel();
    for (let passed = 0; passed < 60; passed += 1) mock.timers.tick(day);
    assert.equal(calls, 0);
  });

  it('calls for what is due now without a time-out, but never at once, and not what was cancelled', async () => {
    const calls: string[] = [];
    systemClock.after(0, () => calls.push('due'));
    systemClock.after(-1, () => calls.push('overdue'), { background: true });
    systemClock.after(0, () => calls.push('cancelled')).cancel();
    assert.deepEqual(calls, []);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(calls, ['due', 'overdue']);
  });
});
