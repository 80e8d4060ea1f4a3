import { setMaxListeners } from 'node:events';

/**
 * What ends work before its time. Every AbortSignal is one, and so is an Ending: whoever does the work need not know
 * which.
 */
export interface EndSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Controller and signal in one, cheap enough to make one for each request. In Node.js 20 and 22 an AbortController, with
 * the garbage that it leaves, takes longer than everything else that is done for a request.
 */
export class Ending implements EndSignal {
  readonly #listeners: (() => void)[] = [];
  #aborted = false;
  #reason: unknown;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (!this.#aborted) this.#listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const index = this.#listeners.indexOf(listener);
    if (index >= 0) this.#listeners.splice(index, 1);
  }

  /** Only the first time counts, and each listener is called once. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

/** One signal may end hundreds of requests. That is no leak, so Node.js need not warn of one. */
export function allowManyListeners(signal: EndSignal): void {
  if (signal instanceof EventTarget) setMaxListeners(0, signal);
}
