import { createHash } from 'node:crypto';
import { SeededRandom } from './random';

/** Of no round length, so that no two places at round distances hold the same. */
const period = 1_048_573;
const random = new SeededRandom(7);
const block = Buffer.from(Array.from({ length: period }, () => random.below(256)));

/** What stands from `start` up to and without `end` in data of any size, in pieces. */
export function* contentOf(start: number, end: number): Generator<Buffer> {
  for (let at = start; at < end; ) {
    const offset = at % period;
    const piece = block.subarray(offset, Math.min(period, offset + end - at));
    at += piece.length;
    yield piece;
  }
}

/** The SHA-256 of the same, in hex. */
export function digestOfContent(start: number, end: number): string {
  const hash = createHash('sha256');
  for (const piece of contentOf(start, end)) hash.update(piece);
  return hash.digest('hex');
}
