import type { ReceiverState } from '../../src/client';
import { toNodeFailure } from '../common/failure';
import type { Outage } from '../sync-service/outage';
import type { Reports } from './reports';
import type { States } from './states';

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

  /** @param told what the poll of one object type says now. */
  states(states: States, told: ReceiverState | undefined): void {
    if (told?.phase === 'backing-off' && told.error) this.unanswered(told.error);
    const answered = states.count('connected', 'full') === states.size;
    if (!answered || states.size === 0) return;
    this.#kinds.clear();
    this.outage.answered(this);
  }

  close(): void {
    this.outage.left(this);
  }
}
