import { type Clock, sleep } from '../../system/clock';
import { endedWithin } from '../../system/deadline';
import { Ending, type EndSignal } from '../../system/ending';
import { Limiter } from '../../system/limiter';
import { SyncServiceError } from '../errors';
import { checkNumbers } from '../numbers';
import { type TransferWindows, WindowClosed } from './transfer-windows';
import { type OnWait, Waits } from './waits';

export interface HeldOptions {
  signal?: EndSignal | undefined;
  onWait?: OnWait | undefined;
  aside?: Aside | undefined;
}

/** Releases something else that is held during a wait, and takes it again after the wait. */
export type Aside = <T>(wait: () => Promise<T>) => Promise<T>;

/** Transfers of up to this many bytes are not held back. */
const small = 262_144;

/** @param size of the whole data, where it is known. */
export function isLarge(size: number | undefined): boolean {
  return size === undefined || size > small;
}

/** How many large transfers run at once, so that small ones find a place in the lane of all transfers. */
const mostLarge = 4;
/** In ms: for how long unused rate can be made up for, and the shortest wait that is worth a timer. */
const credit = 250;
const shortestWait = 5;
/** How much is sent at a time: what passes in a tenth of a second, within these bounds. */
const slices = { shortest: 1_024, longest: 65_536, each: 10 };

/**
 * Limits all large transfers of a client together, in both directions, to a number of bytes per second and to their hours
 * of the day. Waiting here does not count as a stall: the minimum speed is required only while it is the service's turn,
 * and it is not while we do not ask for the next piece.
 *
 * When the hours are over, a download ends its request and resumes in the next hours. An upload request that has begun is
 * finished, since most could not be resumed, and the service keeps the object locked until the request has ended.
 */
export class TransferRate {
  readonly #large = new Limiter(mostLarge);
  readonly #closing = new Ending();
  /** When the next byte may pass, in ms of the clock. */
  #free = Number.NEGATIVE_INFINITY;

  /**
   * @param bytesPerSecond undefined where nothing is held back.
   * @throws SyncServiceError SYNC_INVALID_ARGUMENT.
   */
  constructor(
    private readonly clock: Clock,
    private readonly bytesPerSecond: number | undefined,
    private readonly windows: TransferWindows,
  ) {
    checkNumbers('bytes', { transferRate: bytesPerSecond });
  }

  /** Whether a transfer of this size may run at this hour. */
  isOpenFor(size: number | undefined): boolean {
    return !isLarge(size) || this.windows.isOpen;
  }

  /**
   * Resolves once a transfer of this size may run: for a caller that must do something shortly before it.
   *
   * @returns whether it had to wait.
   */
  async opened(size: number | undefined, { onWait, signal }: HeldOptions): Promise<boolean> {
    if (!isLarge(size)) return false;
    const waits = new Waits(onWait, this.clock);
    return this.#untilEnded(signal, (ended) => this.windows.opened(waits, ended));
  }

  /**
   * The pieces of a download at this rate; `open` is called when its turn comes.
   *
   * @param size of the whole data, where it is known.
   * @throws WindowClosed.
   */
  async *download(
    open: () => Promise<AsyncIterable<Buffer>>,
    size: number | undefined,
    options: HeldOptions,
  ): AsyncGenerator<Buffer> {
    if (!this.#holds(size)) return yield* await open();
    const held = await this.#enter(options);
    try {
      for await (const piece of await open()) {
        if (!this.windows.isOpen) throw new WindowClosed();
        await held.take(piece.length);
        yield piece;
      }
    } finally {
      held.leave();
    }
  }

  /**
   * Sends something when its turn comes.
   *
   * @param send gets a function that turns a body into one that is read at this rate.
   */
  async upload<T>(
    size: number | undefined,
    options: HeldOptions,
    send: (
      paced: <Body extends Buffer | AsyncIterable<Uint8Array>>(
        body: Body,
      ) => Body | AsyncIterable<Uint8Array>,
    ) => Promise<T>,
  ): Promise<T> {
    if (!this.#holds(size)) return send((body) => body);
    const held = await this.#enter(options);
    try {
      return await send((body) => this.#slices(body, held));
    } finally {
      held.leave();
    }
  }

  /** Aborted once it is closed; the reason is the error that transfers fail with. */
  get closing(): EndSignal {
    return this.#closing;
  }

  /** Whatever waits fails. */
  close(): void {
    this.#closing.abort(new SyncServiceError('SYNC_CLOSED', 'The client is closed'));
  }

  #holds(size: number | undefined): boolean {
    return isLarge(size) && (this.bytesPerSecond !== undefined || this.windows.areGiven);
  }

  async *#slices(body: Buffer | AsyncIterable<Uint8Array>, held: HeldTransfer): AsyncGenerator<Uint8Array> {
    const tenth = Math.floor((this.bytesPerSecond ?? Number.POSITIVE_INFINITY) / slices.each);
    const length = Math.min(slices.longest, Math.max(slices.shortest, tenth));
    for await (const piece of Buffer.isBuffer(body) ? [body] : body) {
      for (let start = 0; start < piece.length; start += length) {
        const slice = piece.subarray(start, start + length);
        await held.take(slice.length);
        yield slice;
      }
    }
  }

  async #enter(options: HeldOptions): Promise<HeldTransfer> {
    const waits = new Waits(options.onWait, this.clock);
    return this.#untilEnded(options.signal, async (signal) => {
      const left = await this.#place(waits, options.aside ?? atOnce, signal);
      return {
        take: (bytes) => this.#take(bytes, waits, options.signal),
        leave: () => {
          left();
          waits.end();
        },
      };
    });
  }

  /** Waits for a place among the large transfers, in their hours. @returns a function that leaves it. */
  async #place(waits: Waits, aside: Aside, signal: EndSignal): Promise<() => void> {
    for (;;) {
      if (!this.windows.isOpen) await aside(() => this.windows.opened(waits, signal));
      const left = await this.#placeAtAnyHour(waits, aside, signal);
      if (this.windows.isOpen) return left;
      left();
    }
  }

  async #placeAtAnyHour(waits: Waits, aside: Aside, signal: EndSignal): Promise<() => void> {
    const turn = this.#large.enter(signal);
    if (!this.#large.isFull) return turn;
    waits.begin('rate');
    try {
      return await aside(() => turn);
    } catch (error) {
      // Its turn may have come although what was held could not be taken again.
      turn.then(
        (left) => left(),
        () => undefined,
      );
      throw error;
    }
  }

  async #take(bytes: number, waits: Waits, signal: EndSignal | undefined): Promise<void> {
    const now = this.clock.elapsed();
    this.#free = Math.max(this.#free, now - credit);
    const wait = this.#free - now;
    this.#free += (bytes * 1_000) / (this.bytesPerSecond ?? Number.POSITIVE_INFINITY);
    if (wait < shortestWait) return waits.passed();
    waits.begin('rate');
    await this.#untilEnded(signal, (ended) => sleep(this.clock, wait, ended));
  }

  async #untilEnded<T>(signal: EndSignal | undefined, work: (ended: EndSignal) => Promise<T>): Promise<T> {
    try {
      return await endedWithin(this.clock, undefined, [signal, this.#closing], work);
    } catch (reason) {
      throw asError(reason);
    }
  }
}

/** For a caller that holds nothing else. */
export const atOnce: Aside = (wait) => wait();

interface HeldTransfer {
  /** Resolves when this many bytes may pass. */
  take(bytes: number): Promise<void>;
  leave(): void;
}

function asError(reason: unknown): SyncServiceError {
  if (reason instanceof SyncServiceError) return reason;
  return new SyncServiceError('SYNC_ABORTED', 'The transfer was aborted', { cause: reason });
}
