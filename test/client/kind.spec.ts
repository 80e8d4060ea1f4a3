import assert from 'node:assert/strict';
import { SyncServiceError, type SyncServiceErrorCode } from '../../src/client';
import { KindCheck } from '../../src/client/connection/kind';

describe('the check of the kind of a service', () => {
  let asked = 0;
  let answers: (string | Error)[] = [];
  const check = new KindCheck('CSS', async () => {
    asked += 1;
    const answer = answers.shift() ?? 'CSS';
    if (answer instanceof Error) throw answer;
    return answer;
  });
  beforeEach(() => {
    asked = 0;
    answers = [];
  });

  it('asks again until it has an answer, and then no more', async () => {
    const failure = new SyncServiceError('SYNC_UNREACHABLE', 'nobody');
    answers = [failure, 'ESS'];
    await assert.rejects(check.ensure(undefined), failure);
    await assert.rejects(check.ensure(undefined), { code: 'SYNC_WRONG_SERVICE_KIND' });
    await check.ensure(undefined);
    await check.ensure(undefined);
    assert.equal(asked, 3);
  });

  it('asks again after what may mean that another service listens there', async () => {
    await check.ensure(undefined);
    for (const [code, again] of [
      ['SYNC_UNREACHABLE', true],
      ['SYNC_TLS', true],
      ['SYNC_TIMEOUT', true],
      ['SYNC_NOT_FOUND', false],
      ['SYNC_BUSY', false],
    ] as [SyncServiceErrorCode, boolean][]) {
      asked = 0;
      check.failed(new SyncServiceError(code, 'failed'));
      await check.ensure(undefined);
      assert.equal(asked, again ? 1 : 0, code);
    }
  });

  it('does not hold up who was aborted', async () => {
    const never = new KindCheck('CSS', () => new Promise(() => undefined));
    await never.ensure(AbortSignal.abort());
    const stop = new AbortController();
    const waiting = never.ensure(stop.signal);
    stop.abort();
    await waiting;
  });
});
