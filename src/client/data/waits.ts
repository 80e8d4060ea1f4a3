import type { Clock } from '../../system/clock';
import { warnIfThrown } from '../../system/listeners';

/**
 * What a transfer waits for: on our side its place in the rate, a time of the day in which transfers may go, or that what is on
 * the disk of it already is checked; and a download that it is time to try again, since the service was busy or the line broke.
 */
export type TransferWait = 'rate' | 'window' | 'check' | 'retry';

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

/** What is told of the waits of a download: its pauses before it tries again are told in place of what it waits for otherwise. */
export class WaitsAndPauses {
  #reason: TransferWait | undefined;
  #isPaused = false;

  constructor(private readonly told: OnWait | undefined) {}

  readonly onWait: OnWait = (reason) => {
    this.#reason = reason;
    if (!this.#isPaused) tellWait(this.told, reason);
  };

  readonly onPause = (isPaused: boolean): void => {
    this.#isPaused = isPaused;
    tellWait(this.told, isPaused ? 'retry' : this.#reason);
  };

  /** Waits for a pause. */
  async pause(pause: Promise<void>): Promise<void> {
    this.onPause(true);
    await pause.finally(() => this.onPause(false));
  }
}

/** A listener that throws ends nothing. */
export function tellWait(onWait: OnWait | undefined, reason: TransferWait | undefined): void {
  if (onWait) warnIfThrown('waits', () => onWait(reason));
}
