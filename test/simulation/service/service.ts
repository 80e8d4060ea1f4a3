import type { VirtualClock } from '../clock';
import { type Appearance, type Publication, Publications } from './publications';

/** What an application may do to an object. */
export type Mark = 'consumed' | 'received' | 'deleted';

/** Is told what the service does, as it does it. */
export interface ServiceWitness {
  /** From now on it is listed. */
  appeared(appearance: Appearance): void;
  /** Something newer took its place, or it was consumed, or forgotten. */
  disappeared(appearance: Appearance): void;
  marked(appearance: Appearance, mark: Mark, marker: Marker): void;
}

/** Who sent a mark. */
export interface Marker {
  readonly by: string;
  /** The version of the object that it had been told of last when it sent the mark. */
  readonly knew?: Appearance | undefined;
}

/** `arriving`: its metadata is there, its data on the way. `consumed`: the other side does not know it yet. */
type State = 'arriving' | 'fresh' | 'received' | 'deleted' | 'consumed';

interface Row {
  readonly appearance: Appearance;
  state: State;
  receivedLeft: number;
  consumedLeft: number;
}

export interface ServiceOptions {
  kind: 'ESS' | 'CSS';
}

/** A new registration, and the delivery of all that the cloud has, after an edge forgot everything. */
const untilRegistered = 13_000;
/** When the edge that sent an object asks the cloud what became of it. */
const untilSenderKnows = 3_000;
/** Objects share locks. */
const stripes = 8;

/**
 * What a sync service is to its applications: rows of one object type, each in a state, and what changes them. It
 * behaves as `behaviour.md` says the real one does; it shares nothing with the local service, so that one mistake
 * does not hide in both.
 */
export class Service {
  readonly #rows = new Map<string, Row>();
  readonly #publications = new Publications();
  /** While the cloud is away: what waits for it, by the lock that it waits for; and what the cloud will do then. */
  readonly #locked = new Set<number>();
  #waiting: (() => void)[] = [];
  #deliveries: (() => void)[] = [];
  #cloudAway = false;
  up = true;

  constructor(
    private readonly clock: VirtualClock,
    readonly options: ServiceOptions,
    private readonly witness: ServiceWitness,
  ) {}

  // What others do.

  publish(objectID: string, consumers: number, arrival: number): void {
    this.#send(this.#publications.publish(objectID, consumers), arrival);
  }

  describe(objectID: string): void {
    const publication = this.#publications.describe(objectID, this.#rows.has(objectID));
    if (publication) this.#send(publication, 0);
  }

  delete(objectID: string): void {
    const publication = this.#publications.delete(objectID);
    if (publication) this.#whenCloudIsThere(() => this.#put(publication, 'deleted', 0));
  }

  expire(objectID: string): void {
    this.#publications.delete(objectID);
    // An edge goes on listing what the cloud has forgotten.
    const row = this.#rows.get(objectID);
    if (this.options.kind === 'CSS' && row) this.#remove(row);
  }

  loseCloud(): void {
    this.#cloudAway = true;
  }

  findCloud(): void {
    this.#cloudAway = false;
    this.#locked.clear();
    for (const [objectID, row] of Array.from(this.#rows)) {
      if (row.state === 'consumed') this.#cloudKnows(objectID, row);
    }
    const [waiting, deliveries] = [this.#waiting, this.#deliveries];
    this.#waiting = [];
    this.#deliveries = [];
    for (const go of [...waiting, ...deliveries]) go();
  }

  stop(): void {
    this.up = false;
    this.#waiting = [];
    this.#locked.clear();
  }

  /** @param forgets it had its store in memory: all that was not consumed comes again once it has registered. */
  start(forgets: boolean): void {
    this.up = true;
    if (forgets) {
      for (const row of Array.from(this.#rows.values())) this.#remove(row);
      this.clock.after(untilRegistered, () => this.#whenCloudIsThere(() => this.#resend()));
    } else if (this.#cloudAway) {
      for (const [objectID, { state }] of this.#rows)
        if (state === 'consumed') this.#locked.add(stripeOf(objectID));
    }
  }

  // What applications ask.

  /** The objects that are listed, in the order of their IDs. */
  list(received: boolean): Appearance[] {
    return Array.from(this.#rows.values())
      .filter(({ state }) => state === 'fresh' || state === 'deleted' || (received && state === 'received'))
      .map(({ appearance }) => appearance)
      .sort((one, other) => (one.objectID < other.objectID ? -1 : 1));
  }

  /** Whether the object is there with its data. */
  find(objectID: string): Appearance | undefined {
    return this.#rows.get(objectID)?.appearance;
  }

  dataOf(objectID: string): string | undefined {
    const row = this.#rows.get(objectID);
    return row && row.state !== 'arriving' && row.state !== 'deleted' ? row.appearance.data : undefined;
  }

  /**
   * Calls back once the object can be looked at: at once, but not while another object of the same lock is being
   * consumed and the cloud is away. Whoever asked may have gone by then: it happens all the same.
   */
  whenUnlocked(objectID: string, go: () => void): void {
    if (this.#locked.has(stripeOf(objectID))) this.#waiting.push(() => this.whenUnlocked(objectID, go));
    else go();
  }

  /** @returns whether the mark was taken; it can be answered when `answer` is called. */
  mark(objectID: string, mark: Mark, marker: Marker, answer: () => void): boolean {
    const row = this.#rows.get(objectID);
    if (!row || !isLegal(mark, row.state)) return false;
    this.witness.marked(row.appearance, mark, marker);
    if (mark === 'deleted') this.#remove(row);
    else if (mark === 'received') {
      row.receivedLeft -= 1;
      if (row.receivedLeft <= 0) row.state = 'received';
    } else {
      row.consumedLeft -= 1;
      if (row.consumedLeft <= 0) {
        this.#consumed(objectID, row, answer);
        return true;
      }
    }
    answer();
    return true;
  }

  // What follows.

  #consumed(objectID: string, row: Row, answer: () => void): void {
    row.state = 'consumed';
    this.witness.disappeared(row.appearance);
    if (this.options.kind === 'CSS') {
      // Its metadata is there until the edge that sent it has heard.
      this.clock.after(untilSenderKnows, () => {
        if (this.#rows.get(objectID) === row) this.#rows.delete(objectID);
      });
      answer();
    } else if (this.#cloudAway) {
      this.#locked.add(stripeOf(objectID));
      this.#waiting.push(answer);
    } else {
      this.#cloudKnows(objectID, row);
      answer();
    }
  }

  #cloudKnows(objectID: string, row: Row): void {
    this.#publications.consumed(objectID, row.appearance.version);
    this.#rows.delete(objectID);
  }

  #send(publication: Publication, arrival: number): void {
    this.#whenCloudIsThere(() => {
      // Several updates collapse to the newest.
      if (this.#publications.isNewest(publication)) this.#put(publication, 'fresh', arrival);
    });
  }

  #put(publication: Publication, state: 'fresh' | 'deleted', arrival: number): void {
    const { objectID, consumers } = publication;
    const old = this.#rows.get(objectID);
    if (old) this.#remove(old);
    const appearance = this.#publications.appear(publication, state === 'deleted');
    const row: Row = { appearance, state, receivedLeft: consumers, consumedLeft: consumers };
    this.#rows.set(objectID, row);
    if (arrival === 0) {
      this.witness.appeared(appearance);
      return;
    }
    row.state = 'arriving';
    const arrive = (): void => {
      if (this.#rows.get(objectID) !== row) return;
      if (this.#cloudAway || !this.up) {
        this.#whenCloudIsThere(arrive);
        return;
      }
      row.state = state;
      this.witness.appeared(appearance);
    };
    this.clock.after(arrival, arrive);
  }

  #remove(row: Row): void {
    this.#rows.delete(row.appearance.objectID);
    if (row.state !== 'consumed') this.witness.disappeared(row.appearance);
  }

  #resend(): void {
    for (const publication of this.#publications.unconsumed()) {
      if (!this.#rows.has(publication.objectID)) this.#put(publication, 'fresh', 0);
    }
  }

  #whenCloudIsThere(go: () => void): void {
    if (!this.up) this.clock.after(500, () => this.#whenCloudIsThere(go));
    else if (this.#cloudAway) this.#deliveries.push(() => this.#whenCloudIsThere(go));
    else go();
  }
}

function isLegal(mark: Mark, state: State): boolean {
  return mark === 'deleted' ? state === 'deleted' : state === 'fresh' || state === 'received';
}

function stripeOf(objectID: string): number {
  let sum = 0;
  for (const sign of objectID) sum = (sum * 31 + sign.charCodeAt(0)) % 4_093;
  return sum % stripes;
}
