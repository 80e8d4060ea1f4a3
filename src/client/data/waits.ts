import type { Clock } from '../../system/clock';
import { warnIfThrown } from '../../system/listeners';

/**
 * What a transfer waits for: on our side its turn within the rate, the hours of the day in which transfers may go, or the
 * check of what is already on the disk; and a download also its next try, since the service was busy or the connection
 * broke.
 */
export type TransferWait = 'rate' | 'window' | 'check' | 'retry';

/** Called with what a transfer waits for, and with undefined when it goes on. */
export type OnWait = (reason: TransferWait | undefined) => void;

/** A transfer that was not held back for so long, in ms, counts as going on. */
const goesOn = 2_000;

/** Reports the waits of one transfer, but not each that follows another within tenths of a second. */
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

/** Reports the waits of a download: during a pause before the next try only that, not what it waits for otherwise. */
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

/** A listener that throws does not end the transfer. */
export function tellWait(onWait: OnWait | undefined, reason: TransferWait | undefined): void {
  if (onWait) warnIfThrown('waits', () => onWait(reason));
}
