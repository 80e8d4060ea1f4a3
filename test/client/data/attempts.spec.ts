import assert from 'node:assert/strict';
import { SyncServiceError } from '../../../src/client';
import { Pauses } from '../../../src/client/data/attempts';
import { Ending } from '../../../src/system/ending';
import { ManualClock } from '../../support/manual-clock';
import { SeededRandom } from '../../support/random';

describe('a pause of a transfer', () => {
  const closed = new SyncServiceError('SYNC_CLOSED', 'The client is closed');
  let clock: ManualClock;
  let closing: Ending;
  let pauses: Pauses;
  beforeEach(() => {
    clock = new ManualClock();
    closing = new Ending();
    pauses = new Pauses(clock, new SeededRandom(1), closing, 'upload');
  });

  it('lasts its time, and leaves nothing', async () => {
    const paused = pauses.of(1_000, undefined);
    assert.equal(clock.waiting, 1);
    await clock.advance(1_000);
    await paused;
    assert.equal(clock.waiting, 0);
  });

  it('ends with the call, and says so', async () => {
    const call = new AbortController();
    const paused = assert.rejects(pauses.of(1_000, call.signal), { code: 'SYNC_ABORTED' });
    call.abort();
    await paused;
    assert.equal(clock.waiting, 0);
  });

  it('ends with the client: nothing would come after it', async () => {
    const paused = assert.rejects(pauses.of(1_000, undefined), closed);
    closing.abort(closed);
    await paused;
    assert.equal(clock.waiting, 0);
    await assert.rejects(pauses.after(1, undefined), closed);
  });
});
