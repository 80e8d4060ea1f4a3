import type { VirtualClock } from './clock';

/** What happened, line by line, with its time; nothing of it when nobody wants to read it. */
export class Log {
  readonly lines: string[] = [];

  constructor(
    private readonly clock: Pick<VirtualClock, 'elapsed'>,
    readonly on: boolean,
  ) {}

  write(what: string): void {
    this.lines.push(`${this.clock.elapsed().toFixed(3).padStart(12)} ${what}`);
  }
}
