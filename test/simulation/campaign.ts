import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { type Excluded, type Kind, nothingExcluded } from './histories';
import type { Violation } from './oracle/rules';

/** What a worker tells of a seed that it has done. */
export interface Told {
  seed: number;
  violations: readonly Violation[];
  excluded: Excluded;
}

/** A worker that says nothing for so long, in ms, is caught in its seed. */
const longestSilence = 60_000;
/** How many seeds a worker is given at a time, so that it never waits for more. */
const ahead = 16;

/** Runs seeds in several processes, and tells of each when it is done. */
export class Campaign {
  readonly #waiting: number[];
  readonly #workers = new Set<ChildProcess>();
  #done: () => void = () => undefined;

  constructor(
    seeds: readonly number[],
    private readonly onTold: (told: Told) => void,
    private readonly kind?: Kind,
  ) {
    this.#waiting = Array.from(seeds);
  }

  async run(workers: number): Promise<void> {
    const finished = new Promise<void>((resolve) => {
      this.#done = resolve;
    });
    for (let count = 0; count < workers; count += 1) this.#startWorker();
    await finished;
  }

  /** No other seed is done, nor what is under way. */
  stop(): void {
    this.#waiting.length = 0;
    for (const worker of this.#workers) {
      worker.removeAllListeners('message');
      worker.kill('SIGKILL');
    }
    this.#workers.clear();
    this.#done();
  }

  #startWorker(): void {
    const worker = fork(join(__dirname, 'worker.ts'), this.kind ? [this.kind] : [], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const given: number[] = [];
    this.#workers.add(worker);
    let watch = setTimeout(() => worker.kill('SIGKILL'), longestSilence);
    worker.on('message', (told: Told) => {
      clearTimeout(watch);
      watch = setTimeout(() => worker.kill('SIGKILL'), longestSilence);
      given.splice(given.indexOf(told.seed), 1);
      this.onTold(told);
      this.#give(worker, given);
    });
    worker.on('exit', () => {
      clearTimeout(watch);
      // One that was stopped has lost nothing.
      if (!this.#workers.delete(worker)) return;
      this.#lost(given);
      if (this.#workers.size === 0) this.#done();
    });
    this.#give(worker, given);
  }

  #give(worker: ChildProcess, given: number[]): void {
    for (const seed of this.#waiting.splice(0, ahead - given.length)) {
      given.push(seed);
      worker.send(seed);
    }
    if (given.length === 0) worker.disconnect();
  }

  /** The worker died in the first of what it was given; another does the rest. */
  #lost([caught, ...rest]: readonly number[]): void {
    if (caught === undefined) return;
    const violation: Violation = {
      rule: 'i: no exception, no loop',
      at: 0,
      what: 'the process died, or never came to its end',
    };
    this.onTold({ seed: caught, violations: [violation], excluded: nothingExcluded });
    this.#waiting.unshift(...rest);
    this.#startWorker();
  }
}
