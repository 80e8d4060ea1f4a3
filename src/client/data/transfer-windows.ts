import { type Clock, sleep } from '../../system/clock';
import { DayWindows, untilNextMinute } from '../../system/day-windows';
import type { EndSignal } from '../../system/ending';
import { invalidArgument } from '../errors';
import type { Waits } from './waits';

/** When large transfers may go. */
export interface TransferHours {
  /** Hours of the day in which transfers of more than 256 KiB may go: `22:00-05:00`, several separated by commas. */
  transferHours?: string;
  /** The time zone of these hours, such as `Europe/Berlin`; that of the process unless given. */
  timeZone?: string;
}

/** The hours of the day in which large transfers may go: the whole day if none are given. */
export class TransferWindows {
  readonly #windows: DayWindows | undefined;

  /** @throws SyncServiceError SYNC_INVALID_ARGUMENT. */
  constructor(
    private readonly clock: Clock,
    { transferHours, timeZone }: TransferHours,
  ) {
    try {
      this.#windows = transferHours === undefined ? undefined : new DayWindows(transferHours, timeZone);
    } catch (error) {
      throw invalidArgument(`transferHours and timeZone: ${(error as RangeError).message}`);
    }
  }

  /** Whether any are given. */
  get areGiven(): boolean {
    return this.#windows !== undefined;
  }

  get isOpen(): boolean {
    return this.#windows?.includes(this.clock.now()) ?? true;
  }

  /**
   * Resolves once one is open; looks every minute, since somebody may set the clock.
   *
   * @returns whether it had to wait.
   */
  async opened(waits: Waits, signal: EndSignal): Promise<boolean> {
    if (this.isOpen) return false;
    waits.begin('window');
    while (!this.isOpen) await sleep(this.clock, untilNextMinute(this.clock.now()), signal);
    waits.end();
    return true;
  }
}

/** The hours of a download are over: it goes on in the next. */
export class WindowClosed extends Error {}
