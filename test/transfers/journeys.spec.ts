import assert from 'node:assert/strict';
import { download } from './journey';

const mebibyte = 1_048_576;

describe('a transfer over a line that breaks, by processes that are killed', () => {
  it('downloads to a file at little more than the cost of the data', async () => {
    const size = 24 * mebibyte;
    const { digests, left, processes, wire, asked } = await download({ size, cuts: 4, kills: 2 });
    assert.equal(digests[0], digests[1]);
    assert.deepEqual(left, []);
    assert.equal(processes, 3);
    // Without what was there each of the two would have begun anew, at a third and at two thirds.
    assert.deepEqual(
      asked.filter((start) => start === undefined),
      [undefined],
    );
    assert.ok(wire < 2 * size, `${wire} bytes`);
  }).timeout(180_000);
});
