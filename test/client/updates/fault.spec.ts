import assert from 'node:assert/strict';
import { errorOfStatus } from '../../../src/client/connection/failures';
import { SyncServiceError } from '../../../src/client/errors';
import { type Fault, faultOf } from '../../../src/client/updates/fault';

describe('who caused a failure', () => {
  for (const [status, fault] of [
    [400, 'flow'],
    [401, 'service'],
    [403, 'service'],
    [404, 'version'],
    [408, 'service'],
    [413, 'flow'],
    [429, 'service'],
    [500, 'service'],
    [502, 'service'],
    [503, 'service'],
    [504, 'service'],
  ] satisfies [number, Fault][]) {
    it(`of an answer with ${status} is the ${fault}`, () => {
      const asked = { method: 'GET', url: 'http://css/api/v1/objects/demo/t/o/data' };
      assert.equal(faultOf(errorOfStatus({ status, headers: {} }, '', asked)), fault);
    });
  }

  it('of a page is the service, or what stands before it, but for what is too large for that', () => {
    const asked = { method: 'GET', url: 'http://css/api/v1/objects/demo/t/o/data' };
    const of = (status: number): Fault =>
      faultOf(errorOfStatus({ status, headers: {} }, '\n<html><h1>Sorry</h1></html>', asked));
    assert.deepEqual([400, 404, 424, 413].map(of), ['service', 'service', 'service', 'flow']);
  });

  it('of what no service has said is the flow, or the line', () => {
    const notJson = Object.assign(new Error('no JSON'), { code: 'SYNC_NOT_JSON' });
    for (const error of [undefined, null, new Error('of the flow'), notJson])
      assert.equal(faultOf(error), 'flow');
    assert.equal(faultOf(new SyncServiceError('SYNC_TIMEOUT', 'late')), 'service');
  });
});
