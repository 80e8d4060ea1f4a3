import {
  type Delivery,
  type DeliveryGoal,
  isSyncServiceError,
  type ObjectMetadata,
} from '../../../../src/client';
import type { Edges } from '../edges';
import type { Findings } from '../findings';
import type { TransferPlan } from '../plan';
import type { ServiceRecord, Stretch } from './record';

/** Somebody waits until an object has arrived. */
export interface Waiting {
  readonly object: string;
  readonly goal: DeliveryGoal;
  readonly patience: number;
  readonly at: number;
  /** Where a version is waited for. */
  readonly metadata: ObjectMetadata | undefined;
}

/** A look is given up after so long; others may be in front of it. */
const longestLook = 10_000;
const slack = 20_000;
/** With the question what kind of service it is. */
const tripsOfLook = 6;

/** Judges how waits end: with what was so. */
export class Waits {
  constructor(
    private readonly plan: Pick<TransferPlan, 'latency'>,
    private readonly record: ServiceRecord,
    private readonly findings: Findings,
  ) {}

  ended(waiting: Waiting, { outcome }: Pick<Delivery, 'outcome'>): void {
    const { object, at } = waiting;
    this.findings.note(`application: the wait for ${object} since ${at} ends: ${outcome}`);
    this.#inTime(waiting);
    if (!this.#isSo(waiting, outcome))
      this.findings.broken('m: a wait ends with what was so', `${object}, asked at ${at}: ${outcome}`);
  }

  failed(waiting: Waiting, error: unknown): void {
    const { object, at } = waiting;
    this.findings.note(`application: the wait for ${object} since ${at} fails: ${String(error)}`);
    if (isSyncServiceError(error, 'SYNC_DELIVERY_FAILED')) {
      const isSo = this.#watched(waiting).some(({ edges }) =>
        edges?.since.some((since) => since.has('error')),
      );
      if (!isSo) this.findings.broken('m: a wait ends with what was so', `${object}: ${error.message}`);
    } else this.findings.broken('m: a wait ends with what was so', `${object}: ${String(error)}`);
    this.#inTime(waiting);
  }

  #inTime({ object, patience, at }: Waiting): void {
    const latest = at + 2 * Math.max(patience, longestLook) + slack;
    if (this.findings.now > latest)
      this.findings.broken('m: a wait ends in time', `${object}, asked at ${at}, not at ${latest}`);
  }

  #isSo(waiting: Waiting, outcome: Delivery['outcome']): boolean {
    const { at, metadata, object } = waiting;
    const seen = this.record.since(object, at);
    switch (outcome) {
      case 'timeout':
        return this.findings.now >= at + waiting.patience && !this.#wasMissed(waiting, seen);
      case 'superseded': {
        const versions = new Set(seen.map(({ instanceID }) => instanceID).filter(Boolean));
        return metadata
          ? seen.some(({ instanceID }) => instanceID && instanceID !== metadata.instanceID)
          : versions.size > 1;
      }
      case 'deleted':
        return seen.some(({ isDeleted }) => isDeleted);
      case 'gone':
        return seen.some(({ instanceID }) => instanceID === undefined);
      default:
        return this.#watched(waiting).some((stretch) => isReached(stretch, outcome, this.findings.now));
    }
  }

  #watched({ object, at, metadata }: Waiting): Stretch[] {
    const seen = this.record.since(object, at);
    return metadata ? seen.filter(({ instanceID }) => instanceID === metadata.instanceID) : seen;
  }

  /** It was there when time was up, nothing else happened, and the service could have told. */
  #wasMissed({ at, goal, metadata, patience }: Waiting, [only, ...others]: readonly Stretch[]): boolean {
    if (!only || others.length > 0 || this.record.troubledSince(at)) return false;
    // The last look may take as long as there was patience, and a second at least: a slow line needs longer.
    if (tripsOfLook * this.plan.latency[1] > Math.max(1_000, Math.min(patience, longestLook))) return false;
    // Of a mere name the first look tells which version it is; without patience there is no other.
    if (!metadata && patience === 0) return false;
    return isReached(only, goal, at + patience);
  }
}

function isReached({ edges, until }: Stretch, goal: DeliveryGoal, by: number): boolean {
  const far = goal === 'consumed' ? (['consumed'] as const) : (['delivered', 'consumed'] as const);
  const last = Math.min(by, until);
  const isFar = (since: Edges['since'][number]): boolean =>
    far.some((progress) => (since.get(progress) ?? Number.POSITIVE_INFINITY) <= last);
  return edges?.since.every(isFar) ?? false;
}
