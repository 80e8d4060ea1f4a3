import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in buffers that somebody still has: without what merely was not collected yet. */
export function bytesInBuffers(): number {
  // What one collection finds is given back by the next.
  for (let collection = 0; collection < 4; collection += 1) collect();
  return process.memoryUsage().arrayBuffers;
}
