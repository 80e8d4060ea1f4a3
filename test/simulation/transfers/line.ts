import type { HttpRequest, HttpResponse } from '../../../src/client/connection/http';
import type { Way } from '../line/base-call';
import { BaseLine } from '../line/base-line';
import { TransferCall } from './call';
import type { TransferFault, TransferOperation } from './plan';
import type { TransferRest } from './rest';

export interface TransferLineParts extends Way {
  rest: TransferRest;
  listens: () => boolean;
  befalling: (operation: TransferOperation, now: number) => TransferFault | undefined;
  /** An upload broke off when so much of it had come. */
  onCut: (path: string, part: Buffer, by: string) => void;
  /** The one who asked has got the answer. */
  onAnswered: (call: TransferCall) => void;
  /** A fault befalls a request from now on, or has come to its end. */
  onFault: (begins: boolean) => void;
  /** Something went wrong with a request: whoever sent it may send it again. */
  onTrouble: (call: TransferCall) => void;
}

/** What lies between one process and the service. What has not arrived when its process dies never will. */
export class TransferLine extends BaseLine<TransferCall> {
  constructor(
    by: string,
    readonly parts: TransferLineParts,
  ) {
    super(by);
  }

  protected makeCall(
    request: HttpRequest,
    resolve: (response: HttpResponse) => void,
    reject: (reason: unknown) => void,
  ): TransferCall {
    return new TransferCall(this, request, resolve, reject);
  }

  protected start(call: TransferCall): void {
    void call.go();
  }
}
