import type { HttpRequest, HttpResponse, Transport } from '../../../src/client/connection/http';
import type { SeededRandom } from '../../support/random';
import type { VirtualClock } from '../clock';
import { broken } from '../line/bodies';
import type { Log } from '../log';
import { TransferCall } from './call';
import type { TransferFault, TransferOperation } from './plan';
import type { TransferRest } from './rest';

export interface TransferLineParts {
  clock: VirtualClock;
  random: SeededRandom;
  latency: readonly [number, number];
  rest: TransferRest;
  listens: () => boolean;
  befalling: (operation: TransferOperation, now: number) => TransferFault | undefined;
  log: Log;
  /** An upload broke off when so much of it had come. */
  onCut: (path: string, part: Buffer, by: string) => void;
  /** The one who asked has got the answer. */
  onAnswered: (call: TransferCall) => void;
  /** A fault befalls a request from now on, or has come to its end. */
  onFault: (begins: boolean) => void;
  /** Something went wrong with a request: whoever sent it may send it again. */
  onTrouble: (call: TransferCall) => void;
}

/** What lies between one process and the service. */
export class TransferLine implements Transport {
  readonly #calls = new Set<TransferCall>();
  #cut = false;

  constructor(
    readonly by: string,
    readonly parts: TransferLineParts,
  ) {}

  /** Requests that are under way, their bodies included. */
  get open(): number {
    return this.#calls.size;
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (this.#cut) return reject(broken('UND_ERR_DESTROYED'));
      if (request.signal.aborted) return reject(request.signal.reason);
      const call = new TransferCall(this, request, resolve, reject);
      this.#calls.add(call);
      void call.go();
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
    for (const call of Array.from(this.#calls)) call.fail('ECONNRESET');
  }

  /** The process died: nobody is there to hear an answer, and what has not arrived never will. */
  kill(): void {
    this.#cut = true;
    for (const call of this.#calls) call.die();
    this.#calls.clear();
  }

  ended(call: TransferCall): void {
    this.#calls.delete(call);
  }
}
