import type { TransferWait } from '../data/waits';
import type { Drain } from './drain';
import type { Ends } from './ends';
import type { OutboxReason } from './entry';
import type { OutboxStore } from './store';

/** How an outbox is doing. */
export interface OutboxState {
  /**
   * `idle`: nothing waits. `sending`. `away`: the service does not answer; it is tried now and then, and counts as back
   * once it answers any request. `unauthorized`: it refuses key and secret.
   */
  readonly phase: 'idle' | 'sending' | 'away' | 'unauthorized' | 'closed';
  /** Entries that have not ended. */
  readonly waiting: number;
  /** When the first of them was kept, in ms since 1970. */
  readonly since: number | undefined;
  readonly deadLetters: number;
  /** Something was refused or dropped for lack of room, and there has been no room since. */
  readonly isFull: boolean;
  /** Disk space in use, in bytes. */
  readonly bytes: number;
  /** Why nothing is sent. */
  readonly reason: OutboxReason | undefined;
  /** What large data that could be sent waits for on our side. */
  readonly waitsFor: TransferWait | undefined;
  /** How entries ended since the outbox was opened. */
  readonly ended: { readonly [Outcome in 'sent' | 'refused' | 'replaced' | 'expired' | 'dropped']: number };
}

export interface StateParts {
  store: Pick<OutboxStore, 'waiting' | 'deadLetters' | 'isFull'>;
  drain: Pick<Drain, 'contact' | 'waitsFor'>;
  ends: Pick<Ends, 'counts'>;
  /** Disk space in use, in bytes. */
  bytes: number;
  isClosed: boolean;
}

export function stateOf(parts: StateParts): OutboxState {
  const { bytes, drain, ends, store } = parts;
  const [first] = store.waiting.values();
  const { phase, reason } = drain.contact;
  return {
    phase: phaseOf(parts),
    waiting: store.waiting.size,
    since: first?.since,
    deadLetters: store.deadLetters.size,
    isFull: store.isFull,
    bytes,
    reason: phase === 'there' ? undefined : reason,
    waitsFor: drain.waitsFor,
    ended: ends.counts,
  };
}

function phaseOf({ drain, isClosed, store }: StateParts): OutboxState['phase'] {
  if (isClosed) return 'closed';
  if (store.waiting.size === 0) return 'idle';
  const { phase } = drain.contact;
  return phase === 'there' ? 'sending' : phase;
}
