import type { ObjectMetadata } from '../../protocol/metadata';
import type { Clock, Timer } from '../../system/clock';
import type { Acknowledging } from './acknowledging';
import type { InHand } from './in-hand';
import type { UpdateReceiver } from './receiver';
import { defaultInterval } from './receiver-options';
import type { Settlement } from './settlement';
import { isAwaited, type Sight } from './sight';

/** A receiver that reads the feed now. */
export interface Reader {
  readonly receiver: UpdateReceiver;
  readonly inHand: InHand;
  /** In ms. */
  readonly interval: number;
  /** Undefined where it takes everything. */
  readonly accepts: ((object: ObjectMetadata) => boolean) | undefined;
  readonly settings: string;
  /** How long siblings wait for it to come back when it closes, in ms. */
  readonly patience: number;
  /** Whether it has seen the plain list: what it does not know by then, it will no longer get from that. */
  plain: Sight;
  /** Whether it has seen the list that includes what was marked received; also `seen` if it does not want that. */
  received: Sight;
  /** Whether notes about objects that are no longer there have been dropped. */
  pruned: boolean;
}

/** A receiver that was closed and is expected back, or was waited for before a restart and is otherwise unknown. */
interface Absent {
  readonly reader: Reader | undefined;
  readonly patience: Timer;
}

/** The receivers of a feed by name: those that read it, and those that are expected back. */
export class Readers {
  readonly #present = new Map<string, Reader>();
  readonly #absent = new Map<string, Absent>();
  #unnamed = 0;
  #untilListed: { promise: Promise<void>; resolve: () => void } | undefined;

  /** @param onLost called when the receiver of this name is no longer waited for. */
  constructor(
    private readonly clock: Clock,
    private readonly onLost: (name: string) => void,
  ) {}

  /** Whether nobody reads, and nobody is expected back. */
  get empty(): boolean {
    return this.#present.size === 0 && this.#absent.size === 0;
  }

  /**
   * Time between two polls, in ms: the shortest that any receiver wants; at most the default until all have seen their
   * lists, since flows may be waiting for these.
   */
  get interval(): number {
    const readers = this.present();
    const intervals = readers.map(({ interval }) => interval);
    const isAtRest = readers.length > 0 && readers.every(hasLists);
    return isAtRest ? Math.min(...intervals) : Math.min(defaultInterval, ...intervals);
  }

  /** After a restart the same receivers are created in the same order, so a running number identifies them. */
  nameForUnnamed(): string {
    this.#unnamed += 1;
    return `#${this.#unnamed}`;
  }

  present(): Reader[] {
    return Array.from(this.#present.values());
  }

  /** Including those closed and expected back: they go on with what lists show now, not with what they showed then. */
  all(): Reader[] {
    const absent = Array.from(this.#absent.values(), ({ reader }) => reader);
    return [...this.present(), ...absent.filter((reader) => reader !== undefined)];
  }

  /** Resolves with the next list if a receiver here has not seen all the lists that it wants; undefined if all have. */
  untilListed(): Promise<void> | undefined {
    if (this.present().every(hasLists)) return undefined;
    if (!this.#untilListed) {
      let resolve = (): void => undefined;
      const promise = new Promise<void>((settle) => {
        resolve = settle;
      });
      this.#untilListed = { promise, resolve };
    }
    return this.#untilListed.promise;
  }

  /** Receivers have seen a list. */
  noteListed(): void {
    this.#untilListed?.resolve();
    this.#untilListed = undefined;
  }

  has(name: string): boolean {
    return this.#present.has(name);
  }

  /** The receiver of this name as it was when it closed; it is no longer expected back. */
  comeBack(name: string): Reader | undefined {
    const absent = this.#absent.get(name);
    absent?.patience.cancel();
    this.#absent.delete(name);
    return absent?.reader;
  }

  add(name: string, reader: Reader): void {
    this.#present.set(name, reader);
  }

  /** @param returning whether it is expected back. */
  remove(name: string, returning: boolean): void {
    const reader = this.#present.get(name);
    this.#present.delete(name);
    this.noteListed();
    if (!reader || !returning || reader.receiver.observes) return;
    this.expect(name, reader.patience, reader);
  }

  /** @param patience in ms. */
  expect(name: string, patience: number, reader?: Reader): void {
    const timer = this.clock.after(patience, () => this.#lose(name), { background: true });
    this.#absent.set(name, { reader, patience: timer });
  }

  /** Stops expecting the receivers that have not come back by now. */
  loseAbsent(): void {
    for (const name of Array.from(this.#absent.keys())) this.#lose(name);
  }

  /** Whether any of them has a place for another acknowledgement, or there is none to ask. */
  get hasPlace(): boolean {
    const all = this.all();
    // Nothing is known about those that were waited for before a restart.
    return all.length < this.#present.size + this.#absent.size || all.length === 0 || all.some(hasPlace);
  }

  /** What a receiver has in hand, present or not. */
  settlementOf(name: string): Settlement | undefined {
    return (this.#present.get(name) ?? this.#absent.get(name)?.reader)?.inHand.settlement;
  }

  /** The receiver that an acknowledgement without a name counts for: one that has this version and has not asked yet. */
  nameOfOneWith(objectID: string, version: string | undefined): string | undefined {
    const withIt = this.all().flatMap(({ inHand, receiver: { name } }) => {
      const state = inHand.settlement.find(objectID, version)?.state;
      return state === undefined ? [] : [{ name, turn: turns.indexOf(state) }];
    });
    return withIt.sort((a, b) => a.turn - b.turn)[0]?.name;
  }

  /** The names of those that an acknowledgement waits for: they have the version, or may get it, and have not asked. */
  awaited({ askers, awaited, request: { objectID, version } }: Acknowledging): string[] {
    const known = this.all().filter((reader) => {
      if (reader.receiver.observes) return false;
      const mayCome = this.#mayGet(reader, objectID, version);
      return mayCome || reader.inHand.settlement.awaits(objectID, version);
    });
    const unknown = awaited.filter((name) => this.#absent.has(name) && !this.#absent.get(name)?.reader);
    return [...known.map(({ receiver }) => receiver.name), ...unknown].filter((name) => !askers.has(name));
  }

  close(): void {
    for (const { patience } of this.#absent.values()) patience.cancel();
    this.#absent.clear();
    for (const { receiver } of this.present()) receiver.close();
  }

  /** Whether a list that it has not seen yet may bring it this version: it does not have it already, and accepts it. */
  #mayGet({ accepts, inHand, plain, received }: Reader, objectID: string, version: string): boolean {
    const isNew = isAwaited(plain) && inHand.settlement.find(objectID, version) === undefined;
    const mayCome =
      isNew || (isAwaited(received) && inHand.settlement.find(objectID, undefined) === undefined);
    if (!mayCome || !accepts) return mayCome;
    const object = this.#objectOf(objectID, version);
    return object === undefined || accepts(object);
  }

  /** The metadata of a version, from any receiver that has it. */
  #objectOf(objectID: string, version: string): ObjectMetadata | undefined {
    for (const { inHand } of this.all()) {
      const object = inHand.settlement.find(objectID, version)?.object;
      if (object) return object;
    }
    return undefined;
  }

  #lose(name: string): void {
    this.comeBack(name);
    this.onLost(name);
  }
}

function hasPlace({ inHand }: Reader): boolean {
  return inHand.settlement.hasPlace;
}

function hasLists({ plain, received }: Reader): boolean {
  return !isAwaited(plain) && !isAwaited(received);
}

/** A receiver that has it in the flow comes first; one that has already asked comes last. */
const turns: readonly string[] = [
  'handed',
  'paused',
  'waiting',
  'unread',
  'resting',
  'rejected',
  'asked',
  'acknowledging',
  'acknowledged',
];
