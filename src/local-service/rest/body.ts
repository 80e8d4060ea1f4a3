import type { RestRequest } from './request';

/** All that came with a request. */
export function bytesOf({ incoming }: Pick<RestRequest, 'incoming'>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  return new Promise((resolve, reject) => {
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => resolve(Buffer.concat(pieces)));
    incoming.on('error', reject);
  });
}
