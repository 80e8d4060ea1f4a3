import assert from 'node:assert/strict';
import { giveBack } from '../../src/system/memory';
import { movingMemory } from '../support/moving-memory';

describe('memory that is given back', () => {
  movingMemory();

  it('is that of bytes which have it for themselves', () => {
    const bytes = Buffer.alloc(100_000);
    giveBack(bytes);
    assert.equal(bytes.length, 0);
  });

  it('is none that others have a part in', () => {
    const bytes = Buffer.alloc(100_000, 'x');
    giveBack(bytes.subarray(1));
    giveBack(Buffer.from('small, from the pool of all small ones'));
    assert.equal(bytes.length, 100_000);
  });
});
