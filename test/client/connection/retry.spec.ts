import assert from 'node:assert/strict';
import { SyncServiceError } from '../../../src/client';
import { pauseBeforeRetry } from '../../../src/client/connection/retry';

describe('the retry policy', () => {
  const busy = new SyncServiceError('SYNC_BUSY', 'busy', { statusCode: 503 });
  const most = { next: () => 1 };
  it('repeats what passes, honours Retry-After, and ends', () => {
    assert.equal(pauseBeforeRetry({ error: busy, attempt: 1, retryAfter: 2 }, most), 2_000);
    assert.equal(pauseBeforeRetry({ error: busy, attempt: 1 }, most), 400);
    assert.equal(pauseBeforeRetry({ error: busy, attempt: 4 }, most), undefined);
  });

  it('does not wait longer than half a minute, whatever Retry-After says', () => {
    assert.equal(pauseBeforeRetry({ error: busy, attempt: 1, retryAfter: 3_600 }, most), 30_000);
  });

  it('repeats what a proxy says of a service behind it, and after a connection that broke', () => {
    for (const [statusCode, cause, repeated] of [
      [502, undefined, true],
      [504, undefined, true],
      [501, undefined, false],
      [undefined, 'ECONNRESET', true],
      [undefined, 'EPIPE', true],
      [undefined, 'UND_ERR_SOCKET', true],
      [undefined, 'EAI_AGAIN', true],
      [undefined, 'ECONNREFUSED', false],
      [undefined, 'ENOTFOUND', false],
    ] as const) {
      const code = statusCode === undefined ? 'SYNC_UNREACHABLE' : 'SYNC_SERVER_ERROR';
      const details = statusCode === undefined ? { cause: { code: cause } } : { statusCode };
      const error = new SyncServiceError(code, 'failed', details);
      const pause = pauseBeforeRetry({ error, attempt: 1 }, most);
      assert.equal(pause !== undefined, repeated, `${statusCode} ${cause}`);
    }
    assert.equal(
      pauseBeforeRetry({ error: new Error('of the program itself'), attempt: 1 }, most),
      undefined,
    );
  });

  it('does not repeat a 500: the service answers so for what fails again', () => {
    const error = new SyncServiceError('SYNC_SERVER_ERROR', 'verification error', { statusCode: 500 });
    assert.equal(pauseBeforeRetry({ error, attempt: 1 }, most), undefined);
  });
});
