import type { HttpRequest, HttpResponse, Lane } from '../../../src/client/connection/http';
import { BaseLine } from './base-line';
import { Call, type LineParts } from './call';

/** As many as `transport.ts` opens. */
const connectionsPerLane = 16;

/** What lies between one client that receives and the service. What was sent is on its way, though its process dies. */
export class Line extends BaseLine<Call> {
  readonly #busy = new Map<Lane, number>();
  readonly #queued: Call[] = [];

  constructor(
    by: string,
    readonly parts: LineParts,
  ) {
    super(by);
  }

  override ended(call: Call): boolean {
    if (!super.ended(call)) return false;
    if (call.sentAt === undefined) this.#queued.splice(this.#queued.indexOf(call), 1);
    else this.#busy.set(call.lane, (this.#busy.get(call.lane) ?? 1) - 1);
    this.#send();
    return true;
  }

  protected makeCall(
    request: HttpRequest,
    resolve: (response: HttpResponse) => void,
    reject: (reason: unknown) => void,
  ): Call {
    return new Call(this, request, resolve, reject);
  }

  protected start(call: Call): void {
    this.#queued.push(call);
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
