import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Batches } from '../../../src/client/data/batches';
import { settle } from '../../support/manual-clock';

const mebibyte = 1_048_576;

describe('pieces that are written in batches', () => {
  it('arrive in order and whole, in a mebibyte at a time', async () => {
    for (const expected of [undefined, 10, 3 * mebibyte]) {
      const written: Buffer[] = [];
      const batches = new Batches(async (batch) => {
        await settle();
        written.push(Buffer.from(batch));
      }, expected);
      const pieces = [5, 300_000, 2 * mebibyte + 7, 1, 0, 65_536].map((size) => randomBytes(size));
      for (const piece of pieces) await batches.add(piece);
      await batches.end();
      assert.ok(Buffer.concat(written).equals(Buffer.concat(pieces)));
      const size = Math.min(expected ?? mebibyte, mebibyte);
      assert.ok(written.slice(0, -1).every(({ length }) => length === size));
    }
  });

  it('wait for the one that is being written, and no longer', async () => {
    const waiting: (() => void)[] = [];
    const batches = new Batches(() => new Promise((resolve) => waiting.push(resolve)), undefined);
    let added = 0;
    void (async () => {
      for (let piece = 0; piece < 4; piece += 1) {
        await batches.add(Buffer.alloc(mebibyte));
        added += 1;
      }
    })();
    await settle();
    assert.deepEqual([added, waiting.length], [1, 1]);
    waiting.shift()?.();
    await settle();
    assert.deepEqual([added, waiting.length], [2, 1]);
  });

  it('fail with the disk, also when nobody waits for it', async () => {
    const batches = new Batches(() => Promise.reject(new Error('full')), undefined);
    await batches.add(Buffer.alloc(mebibyte));
    await settle();
    await assert.rejects(batches.end(), /full/);
    await batches.settle();
  });
});
