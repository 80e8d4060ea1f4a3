import type { ObjectReference } from '../../src/client';
import { Limiter } from '../../src/system/limiter';
import { NodeFailure } from '../common/failure';

/** How many objects are sent at once, of the small ones and of the large ones: large ones that hang stop no small ones. */
const atOnce = 4;
/** How many small ones are kept at once: an outbox syncs the disk once for all of them. */
export const keptAtOnce = 256;
/** What has more data is large: up to here metadata and data travel in one request. */
const mostSmallBytes = 262_144;
const mostWaiting = 1_000;
const mostBytes = 268_435_456;
const bytesPerMiB = 1_048_576;

/** What is sent. */
export interface Queued {
  readonly object: ObjectReference;
  /** Of its data in memory; undefined for a file. */
  readonly bytes: number | undefined;
}

/** A message that waits to be sent. */
class Entry {
  bytes = 0;
  #failure: NodeFailure | undefined;
  #drop: (failure: NodeFailure) => void = () => undefined;
  readonly #dropped = new Promise<never>((_resolve, reject) => {
    this.#drop = reject;
  });

  /** @param name of its object, or of the message as long as that is not read. */
  constructor(public name: string) {
    // It may be dropped when nobody waits for it.
    this.#dropped.catch(() => undefined);
  }

  drop(failure: NodeFailure): void {
    this.#failure = failure;
    this.#drop(failure);
  }

  /** What `work` gives, unless the message is dropped before. */
  unlessDropped<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#dropped]);
  }

  /** @throws NodeFailure where it was dropped. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }
}

/**
 * The messages of a sync-out on their way: read one after the other, sent in the order in which they came where they are
 * about one object, and a few at once otherwise. What would be too much is refused.
 */
export class SendQueue {
  readonly #reading = new Limiter(1);
  readonly #small: Limiter;
  readonly #large = new Limiter(atOnce);
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #waiting = new Set<Entry>();
  #bytes = 0;

  /** @param smallAtOnce how many small ones are sent at once. */
  constructor(smallAtOnce = atOnce) {
    this.#small = new Limiter(smallAtOnce);
  }

  /**
   * Reads what a message asks for, and sends it when its turn has come.
   *
   * @param name what the message is called before it is read.
   * @throws NodeFailure SYNC_QUEUE_FULL; what it was dropped with; what `read` and `send` throw.
   */
  async run<J extends Queued, T>(
    name: string,
    read: () => Promise<J>,
    send: (job: J) => Promise<T>,
  ): Promise<T> {
    if (this.#waiting.size >= mostWaiting) throw full(`${mostWaiting} messages`);
    const entry = new Entry(name);
    this.#waiting.add(entry);
    try {
      const job = await entry.unlessDropped(this.#reading.run(read));
      entry.name = `${job.object.objectType}/${job.object.objectID}`;
      this.#keep(entry, job);
      return await entry.unlessDropped(this.#inTurn(entry, job, send));
    } finally {
      this.#waiting.delete(entry);
      this.#bytes -= entry.bytes;
    }
  }

  /** Ends the wait of all that has not begun to be sent. @returns what that was. */
  drop(failureOf: (name: string) => NodeFailure): string[] {
    const names = Array.from(this.#waiting, ({ name }) => name);
    for (const entry of this.#waiting) entry.drop(failureOf(entry.name));
    return names;
  }

  /** One that is too large by itself goes, when it is alone. */
  #keep(entry: Entry, { bytes = 0 }: Queued): void {
    if (this.#bytes > 0 && this.#bytes + bytes > mostBytes) {
      throw full(`${Math.round(this.#bytes / bytesPerMiB)} MiB`);
    }
    entry.bytes = bytes;
    this.#bytes += bytes;
  }

  async #inTurn<J extends Queued, T>(entry: Entry, job: J, send: (job: J) => Promise<T>): Promise<T> {
    const { name } = entry;
    const lane = job.bytes === undefined || job.bytes > mostSmallBytes ? this.#large : this.#small;
    const before = this.#last.get(name);
    const mine = (async () => {
      await before?.catch(() => undefined);
      return lane.run(async () => {
        entry.check();
        this.#waiting.delete(entry);
        return send(job);
      });
    })();
    this.#last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(name) === mine) this.#last.delete(name);
    }
  }
}

function full(what: string): NodeFailure {
  return new NodeFailure(
    'SYNC_QUEUE_FULL',
    `${what} of this node wait to be sent already: this one is not sent`,
  );
}
