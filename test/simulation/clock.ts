import type { Clock, Timer } from '../../src/system/clock';

/** A class, since there are very many of them: closures cost more. */
class Pending implements Timer {
  constructor(
    readonly due: number,
    readonly order: number,
    /** Gone once it was called or cancelled. */
    public callback: (() => void) | undefined,
  ) {}

  cancel(): void {
    this.callback = undefined;
  }
}

/** How many calls there may be in so many ms: more is a loop that nothing, or hardly anything, slows down. */
const callsInOneSpan = 8_000;
const span = 10_000;
const leastDelay = 1e-6;
const leastMost = 20_000;

/** Taken before a simulation forbids it to everybody else. */
const { setImmediate: turn } = globalThis;

/**
 * Time that passes as fast as things happen. What becomes due is called in its order, and all that follows from it
 * without waiting happens before the next.
 */
export class VirtualClock implements Clock {
  #heap: Pending[] = [];
  /** How many may wait before it is looked which of them were cancelled. */
  #most = leastMost;
  #elapsed = 0;
  #order = 0;
  #calls = 0;
  #spanBegan = 0;
  #start = Date.UTC(2030, 0, 1);

  now(): number {
    return this.#start + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  /** Somebody sets the time of day, by so many ms; durations do not feel it. */
  jump(by: number): void {
    this.#start += by;
  }

  after(delay: number, callback: () => void): Timer {
    this.#order += 1;
    // A delay that is too short for the digits of a number passes all the same.
    const due = this.#elapsed + (delay > 0 ? Math.max(delay, leastDelay) : 0);
    const pending = new Pending(due, this.#order, callback);
    push(this.#heap, pending);
    if (this.#heap.length > this.#most) this.#forgetCancelled();
    return pending;
  }

  /**
   * Lets time pass until `end`, or until `enough` says so after some call.
   *
   * @throws Error when things happen without end.
   */
  async run(end: number, enough: () => boolean = () => false): Promise<void> {
    await everythingThatFollows();
    for (let next = this.#heap[0]; next && next.due <= end; next = this.#heap[0]) {
      pop(this.#heap);
      const { callback } = next;
      if (!callback) continue;
      this.#pass(next.due);
      next.callback = undefined;
      callback();
      await everythingThatFollows();
      if (enough()) return;
    }
    this.#pass(Math.max(end, this.#elapsed));
  }

  /** A poll that goes on for days cancels a timer of days each time. */
  #forgetCancelled(): void {
    this.#heap = this.#heap.filter(({ callback }) => callback);
    this.#heap.sort((one, other) => (isBefore(one, other) ? -1 : 1));
    this.#most = Math.max(leastMost, 2 * this.#heap.length);
  }

  #pass(to: number): void {
    this.#elapsed = to;
    this.#calls += 1;
    if (this.#calls > callsInOneSpan) throw new Error('Something calls itself again and again');
    if (to - this.#spanBegan < span) return;
    this.#spanBegan = to;
    this.#calls = 0;
  }
}

/** The time of one process: when that is killed, nothing of it happens any more. */
export class ProcessClock implements Clock {
  readonly #pending = new Set<Timer>();
  #alive = true;

  constructor(private readonly world: VirtualClock) {}

  /** How many calls wait for their time. */
  get waiting(): number {
    return this.#pending.size;
  }

  now(): number {
    return this.world.now();
  }

  elapsed(): number {
    return this.world.elapsed();
  }

  after(delay: number, callback: () => void): Timer {
    if (!this.#alive) return { cancel: () => undefined };
    const timer = this.world.after(delay, () => {
      this.#pending.delete(own);
      callback();
    });
    const own: Timer = {
      cancel: () => {
        this.#pending.delete(own);
        timer.cancel();
      },
    };
    this.#pending.add(own);
    return own;
  }

  kill(): void {
    this.#alive = false;
    for (const timer of Array.from(this.#pending)) timer.cancel();
  }
}

/** Resolves once everything has happened that waits for no time: a turn of the event loop comes after all promises. */
function everythingThatFollows(): Promise<void> {
  return new Promise((resolve) => turn(resolve));
}

function isBefore(one: Pending, other: Pending): boolean {
  return one.due < other.due || (one.due === other.due && one.order < other.order);
}

function push(heap: Pending[], added: Pending): void {
  let at = heap.length;
  heap.push(added);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (!parent || isBefore(parent, added)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = added;
}

/** Takes the first away. */
function pop(heap: Pending[]): void {
  const moved = heap.pop();
  if (!moved || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const first = left && right && isBefore(right, left) ? right : left;
    if (!first || isBefore(moved, first)) break;
    heap[at] = first;
    at = 2 * at + (first === left ? 1 : 2);
  }
  heap[at] = moved;
}
