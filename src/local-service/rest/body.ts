import type { RestRequest } from './request';

/** All that came with a request. */
export async function bytesOf({ incoming }: RestRequest): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
