import assert from 'node:assert/strict';
import { download, upload } from './journey';

const mebibyte = 1_048_576;

describe('a transfer over a line that breaks, by processes that are killed', () => {
  it('downloads to a file, and goes on where it was each time', async () => {
    const size = 24 * mebibyte;
    const { digests, left, processes, asked } = await download({ size, cuts: 4, kills: 2 });
    assert.equal(digests[0], digests[1]);
    assert.deepEqual(left, []);
    assert.equal(processes, 3);
    // Without what was there each of the two would have begun anew, at a third and at two thirds.
    assert.deepEqual(
      asked.filter((start) => start === undefined),
      [undefined],
    );
    assert.ok(asked.length > 1);
  }).timeout(180_000);

  it('uploads in chunks at the cost of the data and one chunk for each time that it broke', async () => {
    const size = 24 * mebibyte;
    const [cuts, kills] = [4, 2];
    const { digests, left, processes, wire } = await upload({ size, cuts, kills }, mebibyte);
    assert.equal(digests[0], digests[1]);
    assert.deepEqual(left, []);
    assert.equal(processes, 3);
    // Heads of requests, and what metadata costs.
    const rest = 65_536;
    assert.ok(wire < size + (cuts + kills) * (mebibyte + rest) + rest, `${wire} bytes`);
  }).timeout(180_000);
});
