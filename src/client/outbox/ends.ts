import { allowManyListeners } from '../../system/ending';
import { Listeners } from '../../system/listeners';
import { SyncServiceError } from '../errors';
import type { OutboxEntry, OutboxOutcome, OutboxReason } from './entry';

/** How an entry has ended. */
export interface OutboxEnd {
  readonly entry: OutboxEntry;
  readonly outcome: OutboxOutcome;
  readonly reason?: OutboxReason;
  /** Nothing was sent: the service still had the same. */
  readonly unchanged?: boolean;
}

/** How many ends are remembered. */
const mostRemembered = 1_000;

interface Wait {
  resolve(end: OutboxEnd): void;
  reject(error: unknown): void;
}

/** How entries have ended, and the calls that wait for it. */
export class Ends {
  readonly listeners = new Listeners<OutboxEnd>('how entries of an outbox end');
  readonly #counts = { sent: 0, refused: 0, replaced: 0, expired: 0, dropped: 0 };
  readonly #remembered = new Map<number, OutboxEnd>();
  readonly #waits = new Map<number, Set<Wait>>();

  get counts(): Readonly<Record<OutboxOutcome, number>> {
    return { ...this.#counts };
  }

  /** The last ones, the oldest first. */
  get remembered(): OutboxEnd[] {
    return Array.from(this.#remembered.values());
  }

  tell(end: OutboxEnd): void {
    const { id } = end.entry;
    this.#counts[end.outcome] += 1;
    this.#remembered.delete(id);
    this.#remembered.set(id, end);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > mostRemembered && oldest !== undefined) this.#remembered.delete(oldest);
    for (const { resolve } of this.#waits.get(id) ?? []) resolve(end);
    this.#waits.delete(id);
    this.listeners.tell(end);
  }

  /** The end of a dead letter that waits again. */
  forget(id: number): void {
    this.#remembered.delete(id);
  }

  of(id: number): OutboxEnd | undefined {
    return this.#remembered.get(id);
  }

  /** Resolves once the entry has ended. @throws SyncServiceError SYNC_ABORTED, SYNC_CLOSED: the entry is still kept. */
  async wait(id: number, signal: AbortSignal | undefined): Promise<OutboxEnd> {
    const waits = this.#waits.get(id) ?? new Set();
    this.#waits.set(id, waits);
    let leave: () => void = () => undefined;
    try {
      return await new Promise<OutboxEnd>((resolve, reject) => {
        const wait = { resolve, reject };
        const abort = (): void => reject(unwatched('SYNC_ABORTED', 'the wait was ended', signal?.reason));
        leave = () => {
          waits.delete(wait);
          signal?.removeEventListener('abort', abort);
        };
        waits.add(wait);
        if (signal?.aborted) abort();
        if (!signal) return;
        allowManyListeners(signal);
        signal.addEventListener('abort', abort, { once: true });
      });
    } finally {
      leave();
      if (waits.size === 0) this.#waits.delete(id);
    }
  }

  close(): void {
    for (const waits of this.#waits.values()) {
      for (const { reject } of waits) reject(unwatched('SYNC_CLOSED', 'the outbox is closed', undefined));
    }
    this.#waits.clear();
  }
}

function unwatched(code: 'SYNC_ABORTED' | 'SYNC_CLOSED', why: string, cause: unknown): SyncServiceError {
  return new SyncServiceError(code, `Nobody waits for the entry any more, since ${why}: it is kept`, {
    cause,
  });
}
