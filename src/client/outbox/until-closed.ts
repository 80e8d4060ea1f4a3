import { SyncServiceError } from '../errors';

/**
 * Pieces of data as they come, until `closing` is aborted: then they end at once, even if the source never gives its next
 * piece.
 *
 * @param ended makes the error that they fail with then: SYNC_CLOSED unless given.
 */
export async function* untilClosed(
  pieces: AsyncIterable<Uint8Array>,
  closing: AbortSignal,
  ended = nothingKept,
): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  let end: () => void = () => undefined;
  const abort = (): void => end();
  // Each piece has a promise of its own: racing all of them with a shared one would keep all of them in memory.
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
    // Not awaited: it ends only when the piece that it waits for comes.
    if (isAmid) iterator.return?.()?.catch(() => undefined);
  }
}

function nothingKept(): SyncServiceError {
  return new SyncServiceError('SYNC_CLOSED', 'The outbox is closed: nothing was kept');
}
