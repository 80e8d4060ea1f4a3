import type { Timer } from '../../system/clock';
import { SyncServiceError } from '../errors';
import type { FailedTry, Try } from './acknowledge';
import { type AcknowledgeOutcome, isTaken, type Taken } from './acknowledgement';
import type { AcknowledgementHost, AcknowledgementTools } from './acknowledgement-host';
import { AcknowledgementQueue } from './acknowledgement-queue';
import { type AcknowledgementRequest, Acknowledging, pauseAfter } from './acknowledging';
import { type CountedVersion, Done } from './done';
import type { Settlement } from './settlement';
import type { WantedVersion } from './siblings';

/**
 * The acknowledgements under way of one object type. They belong to the feed: neither a receiver that leaves nor a
 * deploy or restart ends them. However a request goes, an acknowledgement ends only when the service took it; when a
 * list shows that it did, or that there is another version or none; or when it was refused for good.
 */
export class Acknowledgements {
  readonly #underWay = new Map<string, Acknowledging>();
  readonly #queue: AcknowledgementQueue;
  readonly done: Done;
  #timer: Timer | undefined;
  /** When a list was last requested, in ms of the clock's elapsed time. */
  #rungAt = Number.NEGATIVE_INFINITY;
  /** The number of the last list that was read to its end. */
  #ended = 0;
  #closed = false;

  constructor(
    private readonly host: AcknowledgementHost,
    private readonly tools: AcknowledgementTools,
  ) {
    this.#queue = new AcknowledgementQueue(host.objectType, tools, {
      settlements: (acknowledging) => this.#settlements(acknowledging),
      hasPlace: () => host.hasPlace,
      beforeSending: (acknowledging) => tools.memory.beforeSending(host.objectType, acknowledging),
      tried: (acknowledging, tried) => this.#tried(acknowledging, tried),
      refused: (acknowledging, error) => this.#refuse(acknowledging, error),
    });
    this.done = new Done(host.objectType, tools.memory);
    for (const acknowledging of tools.memory.recall(host.objectType)) {
      this.#underWay.set(acknowledging.request.objectID, acknowledging);
    }
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** The acknowledgement of a version, if one is under way. */
  get(objectID: string, version: string): Acknowledging | undefined {
    const acknowledging = this.#underWay.get(objectID);
    return acknowledging?.request.version === version ? acknowledging : undefined;
  }

  /** See Siblings. */
  wantedOf(receiver: string): WantedVersion[] {
    return this.#in('joint').flatMap(({ askers, request: { objectID, version } }, index) =>
      askers.has(receiver) ? [] : [{ objectID, version, isFirst: index === 0 }],
    );
  }

  /** See Siblings. */
  waitingOf(receiver: string): number {
    const settlement = this.host.settlementOf(receiver);
    return this.#in('joint').filter(
      ({ askers, request: { objectID, version } }) =>
        // One may still wait while another version of its object is in hand; the next lists end it.
        askers.has(receiver) && settlement?.find(objectID, version)?.state === 'asked',
    ).length;
  }

  /** The names of the receivers that are waited for, once per object. */
  waits(): string[] {
    return this.#in('joint').flatMap((acknowledging) => this.host.awaited(acknowledging));
  }

  /** Begins an acknowledgement; one that is under way for another version of the object ends as superseded. */
  begin(request: AcknowledgementRequest): Acknowledging {
    const acknowledging = new Acknowledging(request);
    const old = this.#underWay.get(request.objectID);
    if (old) this.#settle(old, 'superseded');
    this.#underWay.set(request.objectID, acknowledging);
    return acknowledging;
  }

  /** Another receiver has asked, left, or gained a say: what no longer waits for any receiver goes on. */
  reconsider(acknowledging: Acknowledging): void {
    const { checkVersion, objectID } = acknowledging.request;
    // Receivers leave when the client closes: that is not their consent.
    if (acknowledging.phase === 'settled' || this.#closed) return;
    const receivers = acknowledging.phase === 'joint' ? this.host.awaited(acknowledging) : [];
    // A receiver that asks while the service is already being asked must be known after a restart too.
    this.tools.memory.remember(this.host.objectType, acknowledging, receivers);
    if (acknowledging.phase !== 'joint') return;
    // Only the latest version is worth waiting for.
    const isOld = this.#settlements(acknowledging).some((each) => each.find(objectID, undefined)?.newer);
    if (checkVersion && isOld) this.#settle(acknowledging, 'superseded');
    else if (receivers.length > 0) acknowledging.tell({ receivers });
    else this.#queue.add(acknowledging);
  }

  /** The service took a version: where it stays listed for others, it must not be counted again. */
  noteTaken(version: CountedVersion, taken: Taken): void {
    this.done.add(version, taken, this.host.list);
  }

  reconsiderAll(): void {
    for (const acknowledging of Array.from(this.#underWay.values())) this.reconsider(acknowledging);
    this.#queue.start();
  }

  /** Whether, besides the plain list just read, the list that includes what was marked received is needed. */
  needReceivedList(list: number): boolean {
    return (
      this.done.misses(list) || this.#in('unanswered').some(({ needsReceivedList }) => needsReceivedList)
    );
  }

  /** Whether the outcome of any acknowledgement depends on what lists show. */
  goByLists(received: boolean): boolean {
    return this.#in('unanswered').length > 0 || (received && this.done.size > 0);
  }

  /** A list shows an object. */
  show(objectID: string, version: string, list: number, received: boolean): void {
    this.done.show(objectID, version, list);
    const acknowledging = this.#underWay.get(objectID);
    if (!acknowledging) return;
    if (acknowledging.phase !== 'unanswered') acknowledging.showAgain(version, this.tools.clock.elapsed());
    else if (received === acknowledging.needsReceivedList) acknowledging.show(list, version);
  }

  /** A list was read to its end, and so was the list with what was marked received, if it was needed. */
  endLists(list: number): void {
    const now = this.tools.clock.elapsed();
    this.#ended = list;
    this.done.endLists(list);
    for (const acknowledging of this.#in('unanswered')) {
      if (acknowledging.afterList >= list) continue;
      const verdict = acknowledging.verdict(list, now);
      if (verdict === 'refused') this.#refuse(acknowledging, acknowledging.error);
      else if (verdict !== 'again') this.#settle(acknowledging, verdict);
      else if (acknowledging.notBefore <= now) this.#queue.add(acknowledging);
    }
    this.#wakeForUnanswered();
  }

  /** What is not answered stays in the journal. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#queue.close();
    for (const acknowledging of this.#underWay.values()) {
      acknowledging.reject(new SyncServiceError('SYNC_CLOSED', 'The client is closed'));
    }
  }

  #tried(acknowledging: Acknowledging, tried: Try): void {
    // Another version has taken its place.
    if (acknowledging.phase === 'settled') return;
    if ('error' in tried) this.#failed(acknowledging, tried);
    // Somebody else has asked to consume it meanwhile.
    else if (tried.result === 'received' && acknowledging.request.how === 'consumed') {
      this.noteTaken(acknowledging.request, 'received');
      this.#queue.add(acknowledging);
    } else this.#settle(acknowledging, tried.result);
    // The newer version need not wait for the next regular poll.
    if (tried.result === 'superseded') this.host.ringGently();
  }

  #failed(acknowledging: Acknowledging, tried: FailedTry): void {
    const { clock, random } = this.tools;
    acknowledging.failed(tried, this.host.list, clock.elapsed() + pauseAfter(acknowledging.tries, random));
    this.tools.memory.remember(this.host.objectType, acknowledging, []);
    acknowledging.tell({ error: tried.error });
    this.#wakeForUnanswered();
  }

  #settle(acknowledging: Acknowledging, outcome: AcknowledgeOutcome): void {
    if (isTaken(outcome)) this.noteTaken(acknowledging.request, outcome);
    acknowledging.resolve(outcome);
    this.#end(acknowledging, (settlement, objectID, version) => {
      if (isTaken(outcome)) settlement.taken(objectID, version, outcome);
      else settlement.outdated(objectID, version);
    });
  }

  #refuse(acknowledging: Acknowledging, error: unknown): void {
    acknowledging.reject(error);
    this.#end(acknowledging, (settlement, objectID, version, name) => {
      if (acknowledging.isHeardBy(name)) settlement.refused(objectID, version);
      else settlement.letGo(objectID, version);
    });
  }

  #end(
    acknowledging: Acknowledging,
    tell: (settlement: Settlement, objectID: string, version: string, name: string) => void,
  ): void {
    const { objectID, version } = acknowledging.request;
    this.#underWay.delete(objectID);
    this.#queue.delete(acknowledging);
    acknowledging.phase = 'settled';
    this.tools.memory.forget(this.host.objectType, objectID);
    for (const name of acknowledging.askers) {
      const settlement = this.host.settlementOf(name);
      if (settlement) tell(settlement, objectID, version, name);
    }
    this.#queue.start();
    this.host.onChange();
  }

  /**
   * The next list is due now if an acknowledgement has failed since the last one was read, otherwise when the first may
   * be tried again; where thousands fail in turn, a few lists a second serve all of them.
   */
  #wakeForUnanswered(): void {
    this.#timer?.cancel();
    const now = this.tools.clock.elapsed();
    const dues = this.#in('unanswered').map(({ afterList, notBefore }) =>
      afterList < this.#ended ? notBefore : now,
    );
    if (dues.length === 0) return;
    const next = dues.reduce((earliest, due) => Math.min(earliest, due));
    const wait = Math.max(next, this.#rungAt + betweenLists) - now;
    if (wait > 0) this.#timer = this.tools.clock.after(wait, () => this.#ring());
    else this.#ring();
  }

  #ring(): void {
    this.#rungAt = this.tools.clock.elapsed();
    this.host.ringGently();
  }

  #in(phase: Acknowledging['phase']): Acknowledging[] {
    return Array.from(this.#underWay.values()).filter((acknowledging) => acknowledging.phase === phase);
  }

  #settlements({ askers }: Acknowledging): Settlement[] {
    return Array.from(askers, (name) => this.host.settlementOf(name)).filter(
      (settlement) => settlement !== undefined,
    );
  }
}

/** The minimum time between two lists requested for unanswered acknowledgements, in ms. */
const betweenLists = 250;
