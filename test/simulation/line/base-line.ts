import type { HttpRequest, HttpResponse, Transport } from '../../../src/client/connection/http';
import type { BaseCall } from './base-call';
import { broken } from './bodies';

/** What lies between one process and the service, as far as that is the same whatever its requests are about. */
export abstract class BaseLine<Call extends BaseCall> implements Transport {
  readonly #calls = new Set<Call>();
  #cut = false;

  /** @param by the name that its process's requests go by. */
  constructor(readonly by: string) {}

  /** Requests that are under way, their bodies included. */
  get open(): number {
    return this.#calls.size;
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (this.#cut) return reject(broken('UND_ERR_DESTROYED'));
      if (request.signal.aborted) return reject(request.signal.reason);
      const call = this.makeCall(request, resolve, reject);
      this.#calls.add(call);
      this.start(call);
    });
  }

  trust(): void {
    // All certificates are good here.
  }

  async close(): Promise<void> {
    this.#cut = true;
    for (const call of Array.from(this.#calls)) call.fail('UND_ERR_DESTROYED');
  }

  /** The service died: what it has not answered it never will. */
  breakConnections(): void {
    for (const call of Array.from(this.#calls)) call.serviceDied();
  }

  /** The process died: nobody is there to hear an answer. */
  kill(): void {
    this.#cut = true;
    for (const call of this.#calls) call.forget();
    this.#calls.clear();
  }

  /** @returns false where it was ended before. */
  ended(call: Call): boolean {
    return this.#calls.delete(call);
  }

  protected abstract makeCall(
    request: HttpRequest,
    resolve: (response: HttpResponse) => void,
    reject: (reason: unknown) => void,
  ): Call;

  protected abstract start(call: Call): void;
}
