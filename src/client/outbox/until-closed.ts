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
  let abort: () => void = () => undefined;
  const closed = new Promise<never>((_resolve, reject) => {
    abort = () => reject(ended());
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

function nothingKept(): SyncServiceError {
  return new SyncServiceError('SYNC_CLOSED', 'The outbox is closed: nothing was kept');
}
