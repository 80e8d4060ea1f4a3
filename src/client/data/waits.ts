import type { Clock } from '../../system/clock';
import { warnIfThrown } from '../../system/listeners';

/**
 * What a transfer waits for on our side: its place in the rate, a time of the day in which transfers may go, or that what is on
 * the disk of it already is checked.
 */
export type TransferWait = 'rate' | 'window' | 'check';

/** Told what a transfer waits for, and with undefined that it goes on. */
export type OnWait = (reason: TransferWait | undefined) => void;

/** A transfer that was not held back for so long, in ms, goes on. */
const goesOn = 2_000;

/** What is told of the waits of one transfer: not each of those that follow each other by the tenth of a second. */
export class Waits {
  #reason: TransferWait | undefined;
  #last = 0;

  constructor(
    private readonly onWait: OnWait | undefined,
    private readonly clock: Clock,
  ) {}

  begin(reason: TransferWait): void {
    this.#last = this.clock.elapsed();
    this.#tell(reason);
  }

  /** Some of it passed without a wait. */
  passed(): void {
    if (this.clock.elapsed() - this.#last > goesOn) this.end();
  }

  end(): void {
    this.#tell(undefined);
  }

  #tell(reason: TransferWait | undefined): void {
    if (reason === this.#reason) return;
    this.#reason = reason;
    tellWait(this.onWait, reason);
  }
}

/** A listener that throws ends nothing. */
export function tellWait(onWait: OnWait | undefined, reason: TransferWait | undefined): void {
  if (onWait) warnIfThrown('waits', () => onWait(reason));
}
