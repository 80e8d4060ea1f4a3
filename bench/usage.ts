import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * What the operating system says that a process has taken, with those that it has started: a command is run by a shell. Linux
 * alone tells it so finely.
 */
export class Usage {
  constructor(private readonly pid: number) {}

  /** In ms, of all threads. */
  cpu(): number {
    const nanoseconds = this.#processes().flatMap((pid) =>
      threadsOf(pid).map((thread) => Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0])),
    );
    return sum(nanoseconds) / 1_000_000;
  }

  /** In MiB. */
  memory(): number {
    return this.#status('VmRSS');
  }

  /** The most since `forgetPeak`, in MiB. */
  peak(): number {
    return this.#status('VmHWM');
  }

  forgetPeak(): void {
    for (const pid of this.#processes()) writeFileSync(`/proc/${pid}/clear_refs`, '5');
  }

  #status(name: string): number {
    const found = new RegExp(`${name}:\\s+(\\d+)`);
    return sum(
      this.#processes().map(
        (pid) => Number(found.exec(read(`/proc/${pid}/status`))?.[1] ?? Number.NaN) / 1_024,
      ),
    );
  }

  #processes(of = this.pid): number[] {
    const children = threadsOf(of).flatMap((thread) =>
      read(`/proc/${of}/task/${thread}/children`).split(' ').filter(Boolean),
    );
    return [of, ...children.flatMap((child) => this.#processes(Number(child)))];
  }
}

function threadsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`);
}

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

function sum(values: readonly number[]): number {
  return values.reduce((all, each) => all + each, 0);
}
