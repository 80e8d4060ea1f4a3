import assert from 'node:assert/strict';
import { canReachEdge, isAcceptedByCloud } from '../../src/protocol/names';

describe('names', () => {
  it('reach an edge with letters, digits, dots, underscores, at signs and hyphens', () => {
    for (const name of ['a', 'model-1.2_b@x', 'größe']) assert.ok(canReachEdge(name), name);
  });

  it('are accepted by a cloud, but never reach an edge, with other signs', () => {
    for (const name of ['a#b', 'a!b', 'a|b', 'a~b', 'a*b', 'a..b']) {
      assert.ok(isAcceptedByCloud(name), name);
      assert.ok(!canReachEdge(name), name);
    }
  });

  it('are refused everywhere with spaces, slashes or nothing', () => {
    for (const name of ['', 'a b', 'a/b', 'a%b']) assert.ok(!isAcceptedByCloud(name), name);
  });
});
