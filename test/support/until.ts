import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits for a state, with a bound that no machine should need: a slow one makes a test slow, not wrong.
 *
 * @param what it is, for who waited in vain; or what says so then, with what was there in its place.
 */
export async function until<T>(
  what: string | (() => string),
  look: () => T | undefined | false | Promise<T | undefined | false>,
  bound = 60_000,
): Promise<T> {
  const deadline = Date.now() + bound;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline)
      throw new Error(`Waited in vain for: ${typeof what === 'string' ? what : what()}`);
    await pause(20);
  }
}
