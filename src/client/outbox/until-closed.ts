import { SyncServiceError } from '../errors';

/**
 * Pieces of data as they come, as long as nobody ends that: whatever they wait for, that has an end.
 *
 * @param ended what they fail with then: SYNC_CLOSED unless given.
 */
export async function* untilClosed(
  pieces: AsyncIterable<Uint8Array>,
  closing: AbortSignal,
  ended = nothingKept,
): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  let end: () => void = () => undefined;
  const abort = (): void => end();
  // Each piece has a promise of its own: one that all are raced with would keep them all.
  const next = (): Promise<IteratorResult<Uint8Array>> =>
    new Promise((resolve, reject) => {
      end = () => reject(ended());
      if (closing.aborted) end();
      iterator.next().then(resolve, reject);
    });
  closing.addEventListener('abort', abort, { once: true });
  let isAmid = true;
  try {
    for (let piece = await next(); !piece.done; piece = await next()) yield piece.value;
    isAmid = false;
  } finally {
    closing.removeEventListener('abort', abort);
    // Not waited for: it ends once it has what it waits for.
    if (isAmid) iterator.return?.()?.catch(() => undefined);
  }
}

function nothingKept(): SyncServiceError {
  return new SyncServiceError('SYNC_CLOSED', 'The outbox is closed: nothing was kept');
}
