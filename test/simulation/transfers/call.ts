import type { HttpRequest, HttpResponse } from '../../../src/client/connection/http';
import { broken } from '../line/bodies';
import type { TransferLine } from './line';
import type { TransferFault, TransferOperation } from './plan';
import { operationOf, type TransferReply } from './rest';

/** An answer comes in pieces of so many bytes. */
const pieceSize = 262_144;
const errorText = Buffer.from('Failed to read the data\n');

/** One request on its way there and back. Nothing of it arrives any more once the one who asked has given it up. */
export class TransferCall {
  readonly operation: TransferOperation;
  readonly #fault: TransferFault | undefined;
  #isOver = false;
  /** What has been sent of a body that is not whole yet. */
  #taken: readonly Buffer[] = [];
  #isDisturbed: boolean;
  readonly #onAbort = (): void => {
    this.#isDisturbed = true;
    this.#fail(this.request.signal.reason);
  };

  constructor(
    private readonly line: TransferLine,
    readonly request: HttpRequest,
    private readonly resolve: (response: HttpResponse) => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    const { parts } = line;
    this.operation = operationOf(request);
    this.#fault = parts.befalling(this.operation, parts.clock.elapsed());
    if (this.#fault) parts.onFault(true);
    this.#isDisturbed = this.#fault !== undefined;
    this.#note(`is sent${this.#fault ? `: ${JSON.stringify(this.#fault)}` : ''}`);
    request.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get by(): string {
    return this.line.by;
  }

  async go(): Promise<void> {
    const early =
      this.#fault && 'afterwards' in this.#fault && !this.#fault.afterwards ? this.#fault : undefined;
    const body = await this.#sent().catch((error: unknown) => {
      // What was to be sent cannot be read.
      this.#isDisturbed = true;
      this.#fail(error);
      return undefined;
    });
    if (!body || this.#isOver) return;
    switch (early?.harm) {
      case 'silence':
        return;
      case 'broken':
        this.#later(this.#delay(), () => this.fail('ECONNRESET'));
        return;
      case 'status':
        this.#later(2 * this.#delay(), () => this.#respond(statusReply(early)));
        return;
      default:
        this.#later(this.#delay() + (early?.harm === 'delay' ? early.by : 0), () => this.#arrive(body));
    }
  }

  fail(code: string): void {
    this.#isDisturbed = true;
    this.#fail(broken(code));
  }

  die(): void {
    this.#isOver = true;
    this.#leave();
    if (this.#fault) this.line.parts.onFault(false);
    this.request.signal.removeEventListener('abort', this.#onAbort);
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
        if (this.#isOver) return undefined;
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
    if (this.#isOver) return;
    const { rest, listens } = this.line.parts;
    if (!listens()) {
      this.fail('ECONNREFUSED');
      return;
    }
    const { method, path, headers } = this.request;
    const reply = rest.answer({ method, path, headers, body, by: this.by });
    const late =
      this.#fault && 'afterwards' in this.#fault && this.#fault.afterwards ? this.#fault : undefined;
    switch (late?.harm) {
      case 'silence':
        return;
      case 'broken':
        this.#later(this.#delay(), () => this.fail('ECONNRESET'));
        return;
      case 'status':
        this.#later(this.#delay(), () => this.#respond(statusReply(late)));
        return;
      default:
        this.#later(this.#delay() + (late?.harm === 'delay' ? late.by : 0), () => {
          this.#respond(this.#fault?.harm === 'not found' ? notFound : reply);
        });
    }
  }

  #respond({ status, headers, body }: TransferReply): void {
    if (this.#isOver) return;
    this.#note(`is answered: ${status}, ${body.length} bytes`);
    const fault = this.#fault;
    const end =
      fault?.harm === 'cut' || fault?.harm === 'short' ? Math.floor(fault.at * body.length) : body.length;
    const sent = fault?.harm === 'more' ? Buffer.concat([body, errorText]) : body.subarray(0, end);
    this.resolve({
      status,
      headers,
      body: this.#read(sent, fault?.harm === 'cut'),
      discard: () => this.#end(),
    });
    if (body.length === 0) this.line.parts.onAnswered(this);
  }

  async *#read(body: Buffer, breaks: boolean): AsyncGenerator<Buffer> {
    try {
      for (let at = 0; at < body.length; at += pieceSize) {
        if (at > 0) await this.#pause();
        if (this.request.signal.aborted) throw this.request.signal.reason;
        if (this.#isOver) throw broken('UND_ERR_DESTROYED');
        yield Buffer.from(body.subarray(at, at + pieceSize));
      }
      if (breaks) throw broken('UND_ERR_SOCKET');
      if (body.length > 0) this.line.parts.onAnswered(this);
    } finally {
      this.#end();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#later(this.#delay(), resolve));
  }

  #fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#note(`fails: ${reason instanceof Error ? reason.message : String(reason)}`);
    this.#end();
    this.reject(reason);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#leave();
    this.request.signal.removeEventListener('abort', this.#onAbort);
    const { onFault, onTrouble } = this.line.parts;
    if (this.#fault) onFault(false);
    if (this.#isDisturbed) onTrouble(this);
    this.line.ended(this);
  }

  #later(delay: number, then: () => void): void {
    this.line.parts.clock.after(delay, then);
  }

  #delay(): number {
    const { latency, random } = this.line.parts;
    return latency[0] + random.next() * (latency[1] - latency[0]);
  }

  #note(what: string): void {
    const { log } = this.line.parts;
    if (log.on)
      log.write(`${this.by}: ${this.request.method} ${this.request.path.replace('/api/v1', '')} ${what}`);
  }
}

const notFound: TransferReply = { status: 404, headers: {}, body: Buffer.alloc(0) };

function statusReply({ status, page }: TransferFault & { harm: 'status' }): TransferReply {
  const headers: Record<string, string> = page ? { 'content-type': 'text/html' } : {};
  return { status, headers, body: Buffer.from(page ? '<html><body><h1>Not now</h1></body></html>' : '') };
}
