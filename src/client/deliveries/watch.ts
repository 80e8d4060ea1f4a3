import type { Clock, Timer } from '../../system/clock';
import { within } from '../../system/deadline';
import { allowManyListeners } from '../../system/ending';
import { warnIfThrown } from '../../system/listeners';
import { invalidArgument, SyncServiceError } from '../errors';
import { checkNumbers } from '../numbers';
import { nameOf } from '../objects/names';
import type { Delivery, DeliveryGoal, DeliveryOptions, SentObject } from './delivery';
import { type DeliverySource, look } from './look';
import { Wait } from './wait';

const defaultPatience = 60_000;
const concurrentLooks = 4;
const mostWaits = 10_000;

/**
 * Waits until objects have arrived, or have been consumed, everywhere they were sent to. All waits of a client share
 * one loop that looks them up, a few at a time and less and less often. A wait ends with `timeout` only after a look
 * that began once its time was up, or if the service has not answered a single look for that long.
 */
export class DeliveryWatch {
  readonly #waits = new Set<Wait>();
  #looking = 0;
  #lastAnswer = Number.NEGATIVE_INFINITY;
  #alarm: Timer | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(
    private readonly source: DeliverySource,
    private readonly clock: Clock,
  ) {}

  /** See SyncServiceClient.waitForDelivery. */
  wait(object: SentObject, goal: DeliveryGoal, options: DeliveryOptions = {}): Promise<Delivery> {
    const { patience = defaultPatience, signal } = options;
    return new Promise((resolve, reject) => {
      if (goal !== 'delivered' && goal !== 'consumed') throw invalidArgument(`Unknown goal: ${String(goal)}`);
      checkNumbers('pause', { patience });
      if (this.#waits.size >= mostWaits) throw tooMany(object);
      const onEnd = (ended: Delivery | SyncServiceError): void => {
        signal?.removeEventListener('abort', abort);
        this.#forget(wait);
        if (ended instanceof SyncServiceError) reject(ended);
        else resolve(ended);
      };
      const onProgress = told('the progress of a delivery', options.onProgress);
      const onFailure = told('the failures of a delivery', options.onFailure);
      const now = this.clock.elapsed();
      const wait = new Wait({ object, goal, patience, onProgress, onFailure, onEnd }, now);
      const abort = (): void => wait.fail('SYNC_ABORTED', 'the wait was ended', signal?.reason);
      if (this.#closed) return wait.fail('SYNC_CLOSED', 'the client is closed');
      if (signal?.aborted) return abort();
      if (signal) allowManyListeners(signal);
      signal?.addEventListener('abort', abort, { once: true });
      this.#waits.add(wait);
      this.#wakeAt(now);
    });
  }

  /** Ends every wait; the objects stay published whether or not anybody watches. */
  close(): void {
    this.#closed = true;
    for (const wait of this.#waits) wait.fail('SYNC_CLOSED', 'the client is closed');
  }

  #forget(wait: Wait): void {
    this.#waits.delete(wait);
    if (this.#waits.size === 0) this.#silence();
  }

  #wakeAt(time: number): void {
    if (time >= this.#alarmAt) return;
    this.#silence();
    this.#alarmAt = time;
    this.#alarm = this.clock.after(time - this.clock.elapsed(), () => this.#wake());
  }

  #silence(): void {
    this.#alarm?.cancel();
    this.#alarmAt = Number.POSITIVE_INFINITY;
  }

  /** Starts the looks that are due, as far as there is room, and sets the alarm for the next. */
  #wake(): void {
    this.#silence();
    const now = this.clock.elapsed();
    for (const wait of this.#waits) {
      if (!wait.looking && wait.hopelessAt(this.#lastAnswer) <= now) wait.end('timeout');
    }
    for (let next = this.#next(now); next; next = this.#next(now)) void this.#lookAt(next, now);
    let alarm = Number.POSITIVE_INFINITY;
    for (const wait of this.#waits) {
      if (!wait.looking)
        alarm = Math.min(alarm, wait.due > now ? wait.due : wait.hopelessAt(this.#lastAnswer));
    }
    this.#wakeAt(alarm);
  }

  /** The wait whose turn it is, if there is room for another look. */
  #next(now: number): Wait | undefined {
    if (this.#looking >= concurrentLooks) return undefined;
    let next: Wait | undefined;
    for (const wait of this.#waits) {
      if (!wait.looking && wait.due <= now && (!next || wait.isBefore(next, now))) next = wait;
    }
    return next;
  }

  async #lookAt(wait: Wait, now: number): Promise<void> {
    this.#looking += 1;
    const limit = wait.begin(now);
    try {
      const sight = await within(this.clock, limit, [wait.over.signal], (signal) =>
        look(this.source, wait.object, signal),
      );
      this.#lastAnswer = this.clock.elapsed();
      wait.seen(sight);
    } catch (error) {
      // Whatever the reason, it may be gone at the next look: the service may be back, or rights have changed.
      if (!wait.isOver && this.clock.elapsed() - now < limit) this.#lastAnswer = this.clock.elapsed();
      wait.failed(error);
    }
    this.#looking -= 1;
    wait.finish(this.clock.elapsed());
    this.#wake();
  }
}

/** A listener that throws does not end the wait. */
function told<T>(of: string, listener: ((value: T) => void) | undefined): (value: T) => void {
  return (value) => warnIfThrown(of, () => listener?.(value));
}

function tooMany(object: SentObject): SyncServiceError {
  const message = `${nameOf(object)} is published, but too many objects are waited for already (${mostWaits})`;
  return new SyncServiceError('SYNC_TOO_MANY_WAITS', message);
}
