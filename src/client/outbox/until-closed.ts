import { SyncServiceError } from '../errors';

/**
 * Pieces of data as they come, as long as the outbox is not closed: whatever they wait for, that has an end.
 *
 * @throws SyncServiceError SYNC_CLOSED.
 */
export async function* untilClosed(
  pieces: AsyncIterable<Uint8Array>,
  closing: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  let abort: () => void = () => undefined;
  const closed = new Promise<never>((_resolve, reject) => {
    abort = () => reject(new SyncServiceError('SYNC_CLOSED', 'The outbox is closed: nothing was kept'));
  });
  closing.addEventListener('abort', abort, { once: true });
  if (closing.aborted) abort();
  closed.catch(() => undefined);
  let isAmid = true;
  try {
    for (;;) {
      const { done, value } = await Promise.race([closed, iterator.next()]);
      if (done) break;
      yield value;
    }
    isAmid = false;
  } finally {
    closing.removeEventListener('abort', abort);
    // Not waited for: it ends once it has what it waits for.
    if (isAmid) iterator.return?.()?.catch(() => undefined);
  }
}
