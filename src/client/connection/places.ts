import { allowManyListeners, type EndSignal } from '../../system/ending';
import { SyncServiceError } from '../errors';
import { connectionsPerLane, type Lane } from './http';

/** How many may wait in a lane: more than that is far beyond what a service can take. */
const mostWaiting = 10_000;

interface Waiter {
  go(): void;
  fail(reason: unknown): void;
}

interface LaneState {
  taken: number;
  /** In the order in which they came. */
  readonly waiting: Set<Waiter>;
  /** Those with `goesOn`, who come before the others; never more than have had a place. */
  readonly goingOn: Set<Waiter>;
}

/**
 * The places of each lane: as many requests are under way as it has connections, the others wait their turn. They
 * wait here, where their time has not begun and an abort costs nothing: a request that is aborted while it waits
 * inside an HTTP library takes the next connection with it.
 */
export class Places {
  readonly #lanes = new Map<Lane, LaneState>();
  #closed: Error | undefined;

  /**
   * Resolves with a function that gives the place back.
   *
   * @param goesOn for the next request of work that has just given a place back: it comes before work that has not begun, and
   *   is never turned away. Otherwise all could begin, and none could end.
   * @throws the signal's reason, or SyncServiceError SYNC_BUSY where too many wait.
   */
  async take(lane: Lane, signal: EndSignal | undefined, goesOn = false): Promise<() => void> {
    if (this.#closed) throw this.#closed;
    const state = this.#state(lane);
    if (state.taken >= connectionsPerLane) await turn(state, lane, signal, goesOn);
    else state.taken += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const [next] = state.goingOn.size > 0 ? state.goingOn : state.waiting;
      // The place goes on to the next without being free in between: nobody overtakes.
      if (next) next.go();
      else state.taken -= 1;
    };
  }

  /** Nobody gets a place any more. */
  close(reason: Error): void {
    this.#closed = reason;
    for (const { goingOn, waiting } of this.#lanes.values())
      for (const each of [...goingOn, ...waiting]) each.fail(reason);
  }

  #state(lane: Lane): LaneState {
    const known = this.#lanes.get(lane);
    if (known) return known;
    const state = { taken: 0, waiting: new Set<Waiter>(), goingOn: new Set<Waiter>() };
    this.#lanes.set(lane, state);
    return state;
  }
}

function turn(state: LaneState, lane: Lane, signal: EndSignal | undefined, goesOn: boolean): Promise<void> {
  const waiting = goesOn ? state.goingOn : state.waiting;
  if (!goesOn && waiting.size >= mostWaiting) {
    const message = `More than ${mostWaiting} requests (${lane}) wait for the service already`;
    return Promise.reject(new SyncServiceError('SYNC_BUSY', message));
  }
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => waiter.fail(signal?.reason);
    const leave = (): void => {
      waiting.delete(waiter);
      signal?.removeEventListener('abort', onAbort);
    };
    const waiter = {
      go: () => {
        leave();
        resolve();
      },
      fail: (reason: unknown) => {
        leave();
        reject(reason);
      },
    };
    if (signal) {
      allowManyListeners(signal);
      signal.addEventListener('abort', onAbort, { once: true });
    }
    waiting.add(waiter);
  });
}
