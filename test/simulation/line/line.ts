import type { HttpRequest, HttpResponse, Lane, Transport } from '../../../src/client/connection/http';
import { broken } from './bodies';
import { Call, type LineParts } from './call';

/** As many as `transport.ts` opens. */
const connectionsPerLane = 16;

/** What lies between one client and the service. */
export class Line implements Transport {
  readonly #calls = new Set<Call>();
  readonly #busy = new Map<Lane, number>();
  readonly #queued: Call[] = [];
  #cut = false;

  constructor(
    readonly by: string,
    readonly parts: LineParts,
  ) {}

  /** Requests that are under way, their bodies included. */
  get open(): number {
    return this.#calls.size;
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (this.#cut) return reject(broken('UND_ERR_DESTROYED'));
      if (request.signal.aborted) return reject(request.signal.reason);
      const call = new Call(this, request, resolve, reject);
      this.#calls.add(call);
      this.#queued.push(call);
      this.#send();
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

  /** The client died: nobody is there to hear an answer. What was sent is on its way all the same. */
  kill(): void {
    this.#cut = true;
    for (const call of this.#calls) call.forget();
    this.#calls.clear();
  }

  ended(call: Call): void {
    if (!this.#calls.delete(call)) return;
    if (call.sentAt === undefined) this.#queued.splice(this.#queued.indexOf(call), 1);
    else this.#busy.set(call.lane, (this.#busy.get(call.lane) ?? 1) - 1);
    this.#send();
  }

  #send(): void {
    for (const call of Array.from(this.#queued)) {
      const busy = this.#busy.get(call.lane) ?? 0;
      if (busy >= connectionsPerLane) continue;
      this.#busy.set(call.lane, busy + 1);
      this.#queued.splice(this.#queued.indexOf(call), 1);
      call.send();
    }
  }
}
