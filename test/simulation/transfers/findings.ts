import type { VirtualClock } from '../clock';
import type { Log } from '../log';
import type { Rule, Violation } from '../oracle/rules';

/** Enough is broken; more would tell nothing new. */
const enough = 20;

/** Which rules a history has broken. */
export class Findings {
  readonly violations: Violation[] = [];

  constructor(
    private readonly clock: VirtualClock,
    private readonly log: Log,
  ) {}

  get now(): number {
    return this.clock.elapsed();
  }

  get lost(): boolean {
    return this.violations.length >= enough;
  }

  broken(rule: Rule, what: string): void {
    this.violations.push({ rule, at: this.now, what });
    this.note(`BROKEN ${rule}: ${what}`);
  }

  note(what: string): void {
    if (this.log.on) this.log.write(what);
  }
}
