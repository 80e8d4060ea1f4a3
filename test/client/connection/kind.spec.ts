import assert from 'node:assert/strict';
import { SyncServiceError, type SyncServiceErrorCode } from '../../../src/client';
import { KindCheck } from '../../../src/client/connection/kind';

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

  it('is known once there is an answer, unless a request has failed since it was asked for', async () => {
    const waiting: ((kind: string) => void)[] = [];
    const slow = new KindCheck('CSS', () => new Promise((resolve) => waiting.push(resolve)));
    const asking = slow.ensure(undefined);
    slow.failed(new SyncServiceError('SYNC_UNREACHABLE', 'nobody'));
    waiting[0]?.('CSS');
    await asking;
    assert.equal(slow.isKnown, false);
    const again = slow.ensure(undefined);
    assert.equal(slow.isKnown, false);
    waiting[1]?.('CSS');
    await again;
    assert.equal(slow.isKnown, true);
    slow.failed(new SyncServiceError('SYNC_UNREACHABLE', 'nobody'));
    assert.equal(slow.isKnown, false);
  });

  it('asks again once another kind was found there', async () => {
    await check.ensure(undefined);
    answers = ['ESS', 'ESS'];
    await assert.rejects(check.now(), { code: 'SYNC_WRONG_SERVICE_KIND' });
    assert.equal(check.isKnown, false);
    await assert.rejects(check.ensure(undefined), { code: 'SYNC_WRONG_SERVICE_KIND' });
    await check.ensure(undefined);
    assert.equal(check.isKnown, true);
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
