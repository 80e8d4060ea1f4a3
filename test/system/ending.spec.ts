import { strict as assert } from 'node:assert';
import { within } from '../../src/system/deadline';
import { Ending } from '../../src/system/ending';
import { ManualClock } from '../support/manual-clock';

describe('an ending', () => {
  it('tells each listener once, in their order, and only those that are still there', () => {
    const ending = new Ending();
    const told: string[] = [];
    const gone = (): void => {
      told.push('gone');
    };
    ending.addEventListener('abort', () => {
      told.push(`first: ${ending.aborted}`);
      ending.abort('again');
    });
    ending.addEventListener('abort', gone);
    ending.addEventListener('abort', () => told.push('last'));
    ending.removeEventListener('abort', gone);
    ending.abort('enough');
    ending.abort('too late');
    ending.addEventListener('abort', () => told.push('after'));
    assert.deepEqual(told, ['first: true', 'last']);
    assert.equal(ending.reason, 'enough');
  });

  it('is an AbortSignal for work that needs one', async () => {
    const clock = new ManualClock();
    const work = within(clock, 1_000, [], async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      assert.ok(signal instanceof AbortSignal);
      throw signal.reason;
    });
    const ended = assert.rejects(work, { name: 'TimeoutError' });
    await clock.advance(1_000);
    await ended;
    const ending = new Ending();
    ending.abort('before');
    assert.equal(await within(clock, undefined, [ending], async ({ reason }) => reason), 'before');
  });
});
