import type { Clock, Timer } from '../../system/clock';
import type { Random } from '../../system/random';
import type { TransferWait } from '../data/waits';
import { Contact } from './contact';
import type { Dispatch } from './dispatch';
import type { Entry } from './entry';
import { Judge } from './judge';
import type { Lines } from './lines';
import type { OutboxClient, OutboxLimits } from './options';
import { Pace } from './pace';
import type { OutboxStore } from './store';
import { isFailureOfService, reasonOf, type Verdict } from './verdict';

export interface DrainParts {
  client: OutboxClient;
  store: OutboxStore;
  lines: Lines;
  dispatch: Dispatch;
  clock: Clock;
  random: Random;
  limits: Required<OutboxLimits>;
  onChange: () => void;
}

/** An entry that is being sent. */
interface Sending {
  readonly abort: AbortController;
  readonly began: number;
  isDropped: boolean;
  /** Some of its data has been sent. */
  hasSent: boolean;
  /** What it waits for on our side. */
  waitsFor: TransferWait | undefined;
}

/** Sends what waits, at its pace, while the service is there. */
export class Drain {
  readonly contact: Contact;
  readonly #judge: Judge;
  readonly #pace: Pace;
  readonly #sending = new Map<Entry, Sending>();
  #timer: Timer | undefined;
  #isClosed = false;
  #onIdle: () => void = () => undefined;
  #unlisten: () => void = () => undefined;

  constructor(private readonly parts: DrainParts) {
    const { client, clock, limits, random } = parts;
    this.#judge = new Judge(client);
    this.#pace = new Pace(clock, limits.rate);
    this.contact = new Contact(clock, random, () => this.go());
  }

  start(): void {
    this.#unlisten = this.parts.client.onAnswer(() => this.contact.answered());
    if (this.parts.lines.isAnyReady) this.contact.begin();
  }

  /** What some entry that is being sent waits for on our side. */
  get waitsFor(): TransferWait | undefined {
    for (const { waitsFor } of this.#sending.values()) if (waitsFor) return waitsFor;
    return undefined;
  }

  /** Sends what can be sent now. */
  go(): void {
    const { limits, lines, onChange } = this.parts;
    this.#timer?.cancel();
    while (!this.#isClosed && lines.isAnyReady && this.#underWay < this.contact.most(limits.atOnce)) {
      const { wait } = this.#pace;
      if (wait > 0) {
        this.#timer = this.parts.clock.after(wait, () => this.go(), { background: true });
        break;
      }
      // One place is left for small data, however long large data takes.
      const entry = lines.next(this.#large < Math.max(1, limits.atOnce - 1));
      if (!entry) break;
      this.#begin(entry);
    }
    onChange();
  }

  /** What waits on our side is no load for the service. */
  get #underWay(): number {
    let underWay = 0;
    for (const { waitsFor } of this.#sending.values()) if (!waitsFor) underWay += 1;
    return underWay;
  }

  get #large(): number {
    let large = 0;
    for (const { isLarge } of this.#sending.keys()) if (isLarge) large += 1;
    return large;
  }

  /**
   * An entry that waits for its hours of the day, and has sent nothing, gives way to a later one that makes it needless.
   * What has begun is finished: if cut each time, an object that changes often would never be whole at the service.
   */
  giveWay(later: Entry): void {
    if (this.parts.limits.order !== 'latest wins') return;
    for (const [entry, { abort, hasSent, waitsFor }] of this.#sending) {
      const isIdle = waitsFor === 'window' && !hasSent;
      if (isIdle && entry.key === later.key && later.replaces(entry)) abort.abort();
    }
  }

  /** Drops an entry that is being sent; it may have arrived. @returns false where it is not being sent. */
  drop(entry: Entry): boolean {
    const sending = this.#sending.get(entry);
    if (!sending) return false;
    sending.isDropped = true;
    sending.abort.abort();
    return true;
  }

  /** Begins nothing more. Resolves once what is being sent has ended; it is aborted after `patience` ms. */
  async close(patience: number): Promise<void> {
    this.#isClosed = true;
    this.#unlisten();
    this.#timer?.cancel();
    this.contact.close();
    if (this.#sending.size === 0) return;
    const timer = this.parts.clock.after(patience, () => {
      for (const { abort } of this.#sending.values()) abort.abort();
    });
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    timer.cancel();
  }

  #begin(entry: Entry): void {
    const { clock, store } = this.parts;
    if (store.isExpired(entry)) {
      void store.end(entry, 'expired');
      return;
    }
    this.#pace.go();
    entry.state = 'sending';
    entry.tries += 1;
    const sending: Sending = {
      abort: new AbortController(),
      began: clock.elapsed(),
      isDropped: false,
      hasSent: false,
      waitsFor: undefined,
    };
    this.#sending.set(entry, sending);
    void this.#send(entry, sending).then(() => {
      this.#sending.delete(entry);
      if (this.#sending.size === 0) this.#onIdle();
      this.go();
    });
  }

  async #send(entry: Entry, sending: Sending): Promise<void> {
    const { dispatch, store } = this.parts;
    try {
      const sent = await dispatch.send(entry, {
        signal: sending.abort.signal,
        onWait: (reason) => {
          sending.waitsFor = reason;
          this.go();
        },
        onProgress: () => {
          sending.hasSent = true;
        },
      });
      void store.end(entry, 'sent', sent);
    } catch (error) {
      await this.#failed(entry, sending, error);
    }
  }

  async #failed(entry: Entry, sending: Sending, error: unknown): Promise<void> {
    const { signal } = sending.abort;
    const verdict = await this.#judge.verdictOn(error, entry, signal);
    // Asked while the entry still has its turn: otherwise it might be sent again meanwhile.
    if (verdict === 'rests' && isFailureOfService(error) && this.contact.doubted()) {
      if (await this.#judge.isWell(signal)) this.contact.well();
      else if (!signal.aborted) this.contact.lost('away', reasonOf(error));
    }
    if (sending.isDropped && verdict !== 'done') void this.parts.store.end(entry, 'dropped');
    else this.#settle(entry, verdict, error, sending.began);
  }

  #settle(entry: Entry, verdict: Verdict, error: unknown, began: number): void {
    const { limits, store } = this.parts;
    const reason = reasonOf(error);
    switch (verdict) {
      case 'done':
        void store.end(entry, 'sent');
        return;
      case 'refused':
        void store.refuse(entry, reason);
        return;
      case 'ended':
        store.putBack(entry, undefined, false);
        return;
      case 'superseded':
        // Where every entry is to be sent, so is this one, even after what came later.
        if (limits.order === 'every one') store.putBack(entry, reason, true);
        else void store.end(entry, 'replaced', { reason });
        return;
      case 'rests':
        store.putBack(entry, reason, true);
        return;
      case 'away':
      case 'forbidden': {
        // If others got answers meanwhile, only this object hangs.
        const isAlone = verdict === 'away' && this.contact.hasAnsweredSince(began);
        store.putBack(entry, reason, isAlone);
        if (!isAlone) this.contact.lost(verdict === 'away' ? 'away' : 'unauthorized', reason);
      }
    }
  }
}
