import type { EndSignal } from '../../system/ending';
import { Body } from './body';
import { bodyTooLarge, codedError, type HttpResponse, mostInformational, notSent, reasonOf } from './http';

/** What undici gives a handler to end its request with. */
interface Controller {
  abort(reason: Error): void;
}

/**
 * An undici handler that takes an answer into memory as it comes. It never pauses undici's parser, which may not be
 * paused when its connection ends; so the answer has a limit.
 */
export class DispatchedResponse {
  readonly response: Promise<HttpResponse>;
  readonly #body: Body;
  readonly #onAbort = (): void => this.#stop(reasonOf(this.signal));
  #resolve: (response: HttpResponse) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #controller: Controller | undefined;
  #stopped: Error | undefined;
  #informational = 0;
  #left: number;

  constructor(
    limit: number,
    private readonly signal: EndSignal,
  ) {
    this.#left = limit;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#body = new Body({
      hold: () => undefined,
      release: () => undefined,
      abandon: () => this.#stop(new Error('The answer is not read on')),
    });
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    // Ended while its connection was made.
    if (this.#stopped) controller.abort(this.#stopped);
  }

  onResponseStart(_controller: Controller, status: number, headers: HttpResponse['headers']): void {
    if (status < 200) {
      this.#informational += 1;
      if (this.#informational > mostInformational) this.#stop(new Error('nothing but 1xx answers'));
      return;
    }
    if (Number(headers['content-length']) > this.#left) this.#tooLarge();
    else this.#resolve({ status, headers, body: this.#body, discard: () => this.#body.discard() });
  }

  onResponseData(_controller: Controller, piece: Buffer): void {
    this.#left -= piece.length;
    if (this.#left < 0) this.#tooLarge();
    else this.#body.push(piece);
  }

  onResponseEnd(): void {
    this.signal.removeEventListener('abort', this.#onAbort);
    this.#body.end();
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    this.signal.removeEventListener('abort', this.#onAbort);
    this.#reject(error);
    this.#body.fail(error);
  }

  /** What came before the limit can still be read. */
  #tooLarge(): void {
    const error = codedError(bodyTooLarge, 'the answer is larger than its limit');
    this.#body.fail(error);
    this.#stop(error);
  }

  /** Ends the request from this side; where it has not begun, it will not. */
  #stop(reason: Error): void {
    this.#stopped = reason;
    this.#reject(this.#controller ? reason : notSent(reason));
    this.#body.abort(reason);
    this.signal.removeEventListener('abort', this.#onAbort);
    this.#controller?.abort(reason);
  }
}
