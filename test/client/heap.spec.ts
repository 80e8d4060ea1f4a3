import assert from 'node:assert/strict';
import { heapOfPolling, heapOfRequests } from '../support/heap';

/** In bytes: `AbortSignal.any` kept 70 to 360 of each; what is left is the noise of thousands. */
const most = 50;

describe('the heap', function () {
  this.timeout(600_000);

  it('keeps nothing of a request that is over, though signals live on', async () => {
    const bytes = await heapOfRequests(30_000);
    assert.ok(bytes < most, `${bytes} bytes a request`);
  });

  it('keeps nothing of a poll that is over, in a day of them with news that are consumed', async () => {
    const { bytes, polls, consumed } = await heapOfPolling(1);
    assert.ok(polls >= 17_000 && consumed >= 1_000, `${polls} polls, ${consumed} consumed`);
    assert.ok(bytes < most, `${bytes} bytes a poll`);
  });
});
