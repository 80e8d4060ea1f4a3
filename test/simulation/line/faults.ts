import type { Fault, Operation } from '../plans/plan';

/** Which of the planned faults befalls a request. */
export class Faults {
  readonly #left: { fault: Fault; times: number }[];

  constructor(faults: readonly Fault[]) {
    this.#left = faults.map((fault) => ({ fault, times: fault.times }));
  }

  /** The fault of a request that is sent now; the first that fits, which it uses up. */
  befalling(operation: Operation, now: number): Fault | undefined {
    const found = this.#left.find(
      ({ fault, times }) =>
        times > 0 && fault.from <= now && now < fault.until && (fault.on === 'all' || fault.on === operation),
    );
    if (!found) return undefined;
    found.times -= 1;
    return found.fault;
  }
}

interface Stretch {
  from: number;
  until: number;
}

/** When requests went wrong, so that it is known how long somebody may take to notice that they go well again. */
export class Disturbances {
  readonly #stretches: Stretch[] = [];
  readonly #open = new Set<{ from: number }>();
  readonly #lied = new Set<string>();

  /** @param patience how long somebody may wait between two tries without having noticed anything. */
  constructor(private readonly patience: number) {}

  add(from: number, until: number): void {
    let added = { from, until };
    let last = this.#stretches.at(-1);
    // Whoever was disturbed for long tries seldom: the next try, which may be as late as `deadline` has it, belongs to it.
    while (last && added.from <= last.until + this.patience + 2 * (last.until - last.from)) {
      added = { from: Math.min(added.from, last.from), until: Math.max(added.until, last.until) };
      this.#stretches.pop();
      last = this.#stretches.at(-1);
    }
    this.#stretches.push(added);
  }

  /** Something is away from now on, until what this gives is called. */
  begin(from: number): (until: number) => void {
    const open = { from };
    this.#open.add(open);
    return (until) => {
      this.#open.delete(open);
      this.add(from, until);
    };
  }

  /** Somebody was shown another version of an object than is there. */
  lie(objectID: string): void {
    this.#lied.add(objectID);
  }

  lied(objectID: string): boolean {
    return this.#lied.has(objectID);
  }

  /** Until when something that is due at `since` must have happened: within one patience and twice the longest fault. */
  deadline(since: number): number {
    let deadline = since + this.patience;
    for (const { from, until } of this.#stretches) {
      if (from > deadline) break;
      deadline = Math.max(deadline, until + 2 * (until - from) + this.patience);
    }
    for (const { from } of this.#open) if (from <= deadline) return Number.POSITIVE_INFINITY;
    return deadline;
  }
}
