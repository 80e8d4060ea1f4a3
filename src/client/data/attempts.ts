import { type Clock, sleep } from '../../system/clock';
import { endedWithin } from '../../system/deadline';
import type { EndSignal } from '../../system/ending';
import type { Random } from '../../system/random';
import { SyncServiceError } from '../errors';

/** How many attempts in a row without a new byte a cut transfer gets. */
export const attemptsWithoutProgress = 4;

/** The pause in ms before a cut transfer goes on; longer each time that it brings nothing. */
const [firstPause, longestPause] = [250, 15_000];

/** The pauses of one kind of transfer. */
export class Pauses {
  /**
   * @param closing ends them when the client is closed: nothing would come after them.
   * @param what is aborted, for the message of SYNC_ABORTED, when its caller ends a pause.
   */
  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly closing: EndSignal,
    private readonly what: 'download' | 'upload',
  ) {}

  /** Waits after this many attempts in a row that brought nothing. */
  after(attempts: number, signal: EndSignal | undefined): Promise<void> {
    const longest = Math.min(firstPause * 2 ** attempts, longestPause);
    return this.of(longest * (0.5 + this.random.next() / 2), signal);
  }

  /** @throws SyncServiceError SYNC_ABORTED or SYNC_CLOSED. */
  async of(duration: number, signal: EndSignal | undefined): Promise<void> {
    const { clock, closing } = this;
    const paused = endedWithin(clock, undefined, [signal, closing], (ended) => sleep(clock, duration, ended));
    await paused.catch((cause) => {
      if (cause === closing.reason) throw cause;
      throw new SyncServiceError('SYNC_ABORTED', `The ${this.what} was aborted`, { cause });
    });
  }
}
