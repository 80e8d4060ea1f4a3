import { buffer } from 'node:stream/consumers';
import type { RestRequest } from './request';

/** All that came with a request. */
export function bytesOf({ incoming }: RestRequest): Promise<Buffer> {
  return buffer(incoming);
}
