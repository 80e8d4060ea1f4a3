import type { Clock, Timer } from './clock';

/**
 * Calls back every `interval` ms until it is cancelled, the first time after one interval.
 *
 * @param options.background does not keep the process running.
 */
export function every(
  clock: Clock,
  interval: number,
  callback: () => void,
  options?: { background?: boolean },
): Timer {
  let timer = clock.after(interval, again, options);
  function again(): void {
    timer = clock.after(interval, again, options);
    callback();
  }
  return { cancel: () => timer.cancel() };
}
