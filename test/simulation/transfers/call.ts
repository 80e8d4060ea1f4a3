import type { HttpRequest, HttpResponse } from '../../../src/client/connection/http';
import { BaseCall, onWay, type StatusHarm } from '../line/base-call';
import { broken } from '../line/bodies';
import type { TransferLine } from './line';
import type { TransferFault, TransferOperation } from './plan';
import { operationOf, type TransferReply } from './rest';

/** An answer comes in pieces of so many bytes. */
const pieceSize = 262_144;
const errorText = Buffer.from('Failed to read the data\n');

/** One request with its data. Nothing of it arrives any more once the one who asked has given it up. */
export class TransferCall extends BaseCall {
  readonly operation: TransferOperation;
  readonly #fault: TransferFault | undefined;
  /** What has been sent of a body that is not whole yet. */
  #taken: readonly Buffer[] = [];

  constructor(
    private readonly line: TransferLine,
    request: HttpRequest,
    resolve: (response: HttpResponse) => void,
    reject: (reason: unknown) => void,
  ) {
    const { parts } = line;
    super(line.by, parts, request, resolve, reject);
    this.operation = operationOf(request);
    this.#fault = parts.befalling(this.operation, parts.clock.elapsed());
    if (this.#fault) parts.onFault(true);
    this.isDisturbed = this.#fault !== undefined;
    this.note(() => `is sent${this.#fault ? `: ${JSON.stringify(this.#fault)}` : ''}`);
  }

  async go(): Promise<void> {
    const body = await this.#sent().catch((error: unknown) => {
      // What was to be sent cannot be read.
      this.isDisturbed = true;
      this.failWith(error);
      return undefined;
    });
    if (!body || this.isOver) return;
    const thereAndBack = (): number => 2 * this.delay();
    this.travelThere(onWay(this.#fault, false), thereAndBack, () => this.#arrive(body));
  }

  serviceDied(): void {
    this.fail('ECONNRESET');
  }

  override forget(): void {
    super.forget();
    this.#leave();
    if (this.#fault) this.line.parts.onFault(false);
  }

  protected ended(): void {
    if (this.isDisturbed) this.line.parts.onTrouble(this);
    this.line.ended(this);
  }

  protected answerWith(harm: StatusHarm): void {
    this.#respond(statusReply(harm));
  }

  /** The body as it is taken by the connection, all of it; undefined where it breaks off on the way. */
  async #sent(): Promise<Buffer | undefined> {
    const { body } = this.request;
    const taken: Buffer[] = [];
    this.#taken = taken;
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) {
      taken.push(Buffer.from(body ?? ''));
    } else {
      for await (const piece of body) {
        taken.push(Buffer.from(piece));
        await this.#pause();
        if (this.isOver) return undefined;
      }
    }
    const whole = Buffer.concat(taken);
    const fault = this.#fault;
    if (fault?.harm === 'cut' && this.request.method === 'PUT') {
      this.#taken = [whole.subarray(0, Math.floor(fault.at * whole.length))];
      await this.#pause();
      this.fail('ECONNRESET');
      return undefined;
    }
    this.#taken = [];
    return whole;
  }

  /** What came of an upload before it broke off stays at the service. */
  #leave(): void {
    const part = Buffer.concat(this.#taken);
    this.#taken = [];
    if (this.operation === 'upload' && part.length > 0)
      this.line.parts.onCut(this.request.path, part, this.by);
  }

  #arrive(body: Buffer): void {
    if (this.isOver) return;
    const { rest, listens } = this.line.parts;
    if (!listens()) {
      this.fail('ECONNREFUSED');
      return;
    }
    const { method, path, headers } = this.request;
    const reply = rest.answer({ method, path, headers, body, by: this.by });
    this.travelBack(onWay(this.#fault, true), () =>
      this.#respond(this.#fault?.harm === 'not found' ? notFound : reply),
    );
  }

  #respond({ status, headers, body }: TransferReply): void {
    if (this.isOver) return;
    this.note(() => `is answered: ${status}, ${body.length} bytes`);
    const fault = this.#fault;
    const end =
      fault?.harm === 'cut' || fault?.harm === 'short' ? Math.floor(fault.at * body.length) : body.length;
    const sent = fault?.harm === 'more' ? Buffer.concat([body, errorText]) : body.subarray(0, end);
    this.resolve({
      status,
      headers,
      body: this.#read(sent, fault?.harm === 'cut'),
      discard: () => this.end(),
    });
    if (body.length === 0) this.line.parts.onAnswered(this);
  }

  async *#read(body: Buffer, breaks: boolean): AsyncGenerator<Buffer> {
    try {
      for (let at = 0; at < body.length; at += pieceSize) {
        if (at > 0) await this.#pause();
        if (this.request.signal.aborted) throw this.request.signal.reason;
        if (this.isOver) throw broken('UND_ERR_DESTROYED');
        yield Buffer.from(body.subarray(at, at + pieceSize));
      }
      if (breaks) throw broken('UND_ERR_SOCKET');
      if (body.length > 0) this.line.parts.onAnswered(this);
    } finally {
      this.end();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.later(this.delay(), resolve));
  }
}

const notFound: TransferReply = { status: 404, headers: {}, body: Buffer.alloc(0) };

function statusReply({ status, page }: StatusHarm): TransferReply {
  const headers: Record<string, string> = page ? { 'content-type': 'text/html' } : {};
  return { status, headers, body: Buffer.from(page ? '<html><body><h1>Not now</h1></body></html>' : '') };
}
