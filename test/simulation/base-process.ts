import type { ProcessClock } from './clock';
import type { Computer } from './computer';
import type { BaseCall } from './line/base-call';
import type { BaseLine } from './line/base-line';
import type { Death } from './plans/plan';

/** One process with its clock and its line, on a computer: from its start until it was closed or died. */
export abstract class BaseProcess<Line extends BaseLine<BaseCall>> {
  #alive = true;

  protected constructor(
    /** The name that its requests go by. */
    readonly name: string,
    readonly clock: ProcessClock,
    readonly line: Line,
    protected readonly computer: Computer,
    /** What one before has left open on a disk that failed: its system has closed it. */
    private readonly openBefore: number,
  ) {}

  get alive(): boolean {
    return this.#alive;
  }

  /** Nothing of it happens any more, whatever it was about to do. */
  die(how: Exclude<Death, 'closed'>): void {
    this.#alive = false;
    this.clock.kill();
    this.line.kill();
    this.computer.end(how);
  }

  /** What it has not let go of; nothing is right once it is closed. */
  leftovers(): string[] {
    const files = this.computer.openFiles - this.openBefore;
    const left = { timers: this.clock.waiting, requests: this.line.open, files };
    return Object.entries(left).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  }

  protected closed(): void {
    this.computer.end('closed');
  }
}
