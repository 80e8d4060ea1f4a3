import type { ReceiverState } from '../../src/client';
import { toNodeFailure } from '../common/failure';
import type { Outage } from '../sync-service/outage';
import type { Reports } from './reports';

/** What a sync-in says of a service that cannot be asked: to its Catch nodes itself, to the log with all nodes of the connection. */
export class Away {
  /** The kinds of failures of the outage that lasts. */
  readonly #kinds = new Set<string>();

  constructor(
    private readonly outage: Outage,
    private readonly reports: Reports,
  ) {}

  /** It is asked again, and the same is not told again before it has answered. */
  unanswered(error: unknown): void {
    const failure = toNodeFailure(error);
    this.outage.suffers(this);
    if (this.#kinds.has(failure.code)) return;
    this.#kinds.add(failure.code);
    this.reports.failedAsOthers(failure, (told) => this.outage.tell(told));
  }

  /** What the polls of all object types say now. */
  states(states: readonly ReceiverState[]): void {
    for (const { phase, error } of states) if (phase === 'backing-off' && error) this.unanswered(error);
    const answered = states.every(({ phase }) => phase === 'connected' || phase === 'full');
    if (!answered || states.length === 0) return;
    this.#kinds.clear();
    this.outage.answered(this);
  }

  close(): void {
    this.outage.left(this);
  }
}
