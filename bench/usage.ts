import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** What the operating system says that a process has taken. Linux alone tells it so finely. */
export class Usage {
  constructor(private readonly pid: number) {}

  /** In ms, of all threads. */
  cpu(): number {
    const threads = readdirSync(`/proc/${this.pid}/task`);
    const nanoseconds = threads.map((thread) => {
      const [running = '0'] = readFileSync(`/proc/${this.pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      return Number(running);
    });
    return nanoseconds.reduce((sum, each) => sum + each, 0) / 1_000_000;
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
    writeFileSync(`/proc/${this.pid}/clear_refs`, '5');
  }

  #status(name: string): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1_024;
  }
}
