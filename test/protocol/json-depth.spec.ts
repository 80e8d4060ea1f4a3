import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isDeeperThan } from '../../src/protocol/json-depth';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('the depth of JSON', () => {
  it('is that of its arrays and objects', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 0, max: 6 }), (value, limit) => {
        assert.equal(isDeeperThan(limit, JSON.stringify(value)), depthOf(value) > limit);
      }),
    );
  });

  it('does not count what stands in strings or beside each other', () => {
    const strings = JSON.stringify(Array.from({ length: 200 }, () => '[{"\\'));
    assert.equal(isDeeperThan(100, strings), false);
    assert.equal(isDeeperThan(100, `[${'[],'.repeat(200)}[]]`), false);
    assert.equal(isDeeperThan(100, '['.repeat(100)), false);
    assert.equal(isDeeperThan(100, '['.repeat(101)), true);
    assert.equal(isDeeperThan(100, '['.repeat(1_000_000)), true);
  });
});
