import assert from 'node:assert/strict';
import { lanes } from '../../src/client/connection/http';
import { keepAliveOf } from '../../src/client/connection/keep-alive';
import { defaultInterval } from '../../src/client/updates/receiver-options';

describe('idle connections', () => {
  it('of the polls of an edge are kept until the next poll, others not: a balancer may forget them', () => {
    const kept = (organization?: string): string[] =>
      lanes.filter((lane) => keepAliveOf(lane, organization ? { organization } : {}) > defaultInterval);
    assert.deepEqual(kept(), ['poll']);
    assert.deepEqual(kept('demo'), []);
  });
});
