import { availableParallelism } from 'node:os';
import { type Clock, sleep } from '../../system/clock';

/** How many bytes a disk reads in a millisecond. */
const bytesInMs = 1_048_576;

/** Ranges are read into memory before they are sent: only as many at once as there are processors. */
export class RangeReads {
  #underWay = 0;

  constructor(private readonly clock: Clock) {}

  /**
   * Takes the time that reading some bytes takes.
   *
   * @returns false, at once, where there is no place for it.
   */
  async read(bytes: number): Promise<boolean> {
    if (this.#underWay >= availableParallelism()) return false;
    const time = Math.floor(bytes / bytesInMs);
    if (time === 0) return true;
    this.#underWay += 1;
    await sleep(this.clock, time);
    this.#underWay -= 1;
    return true;
  }
}
