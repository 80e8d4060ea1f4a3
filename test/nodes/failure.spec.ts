import assert from 'node:assert/strict';
import { textOf, toNodeFailure } from '../../nodes/common/failure';

/** What getters of a message may throw; nothing of it may end Node-RED. */
const thrown: [string, unknown][] = [
  ['an object without prototype', Object.create(null)],
  [
    'what cannot be made text',
    {
      toString() {
        throw new Error('no text');
      },
    },
  ],
  [
    'an error whose message throws',
    {
      get message(): string {
        throw new Error('no message');
      },
    },
  ],
  ['a proxy that is revoked', revoked()],
];

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('a failure made of what was thrown', () => {
  for (const [what, value] of thrown) {
    it(`is one, and has a text, when that is ${what}`, () => {
      const { code, message } = toNodeFailure(value);
      assert.equal(code, 'SYNC_NODE_ERROR');
      assert.equal(message, 'Something was thrown that cannot be read');
      assert.equal(textOf(value), message);
    });
  }
});
