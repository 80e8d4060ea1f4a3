import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { untilClosed } from '../../../src/client/outbox/until-closed';
import { bytesInBuffers } from '../../support/memory';

function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('pieces of data until an outbox is closed', () => {
  it('are not kept once they were read: data may be large', async () => {
    const [count, size] = [200, 65_536];
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let made = 0; made < count; made += 1) {
        await macrotask();
        yield new Uint8Array(size);
      }
    }
    const before = bytesInBuffers();
    let [read, kept] = [0, 0];
    const { signal } = new AbortController();
    for await (const { length } of untilClosed(pieces(), signal)) {
      read += length;
      if (read < count * size) continue;
      await macrotask();
      kept = bytesInBuffers() - before;
    }
    assert.equal(read, count * size);
    assert.ok(kept < read / 4, `${kept} of ${read} bytes`);
    // An outbox lives long, and much is put into it.
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('fail at once where it is closed, whatever they wait for, and end what they came from', async () => {
    const closing = new AbortController();
    let isEnded = false;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      try {
        yield new Uint8Array(1);
        await macrotask();
        yield new Uint8Array(2);
      } finally {
        isEnded = true;
      }
    }
    const read: number[] = [];
    const reading = (async () => {
      for await (const { length } of untilClosed(pieces(), closing.signal)) {
        read.push(length);
        closing.abort();
      }
    })();
    await assert.rejects(reading, { code: 'SYNC_CLOSED' });
    while (!isEnded) await macrotask();
    assert.deepEqual(read, [1]);
    await assert.rejects(untilClosed(pieces(), closing.signal).next(), { code: 'SYNC_CLOSED' });
  });
});
