import type { HttpRequest, HttpResponse, Transport } from '../../src/client/connection/http';
import { metadataOf } from './metadata';

/** A service on the test's own time, as fast as one can ask, that counts the bytes of large transfers. */
export class FastTransport implements Transport {
  /** Bytes of data that have passed, in both directions. */
  passed = 0;
  readonly asked: string[] = [];
  dataID = '1795470914231361270';

  constructor(
    private readonly pieceSize: number,
    private readonly size: number,
  ) {}

  async request({ method, path, headers, body, signal }: HttpRequest): Promise<HttpResponse> {
    this.asked.push(`${method} ${path.split('/').slice(4).join('/')}`);
    if (method === 'DELETE') return response(204, this.#pieces('', signal));
    if (method === 'PUT') {
      for await (const piece of body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
        ? []
        : body) {
        this.passed += piece.length;
        if (signal.aborted) throw signal.reason;
      }
      return response(204, this.#pieces('', signal));
    }
    if (path.endsWith('/health'))
      return response(200, this.#pieces('{"general":{"nodeType":"CSS"}}', signal));
    if (path.endsWith('/status')) return response(200, this.#pieces('ready', signal));
    if (!path.endsWith('/data')) {
      const text = JSON.stringify(metadataOf({ objectSize: this.size, dataID: this.dataID })).replace(
        /"(\d{19})"/g,
        '$1',
      );
      return response(200, this.#pieces(text, signal));
    }
    const [, first = 0, last = this.size - 1] =
      /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')?.map(Number) ?? [];
    if (headers.range === undefined) return response(200, this.#data(0, this.size, signal));
    const range = { 'content-range': `bytes ${first}-${last}/${this.size}` };
    return { ...response(206, this.#data(first, last + 1, signal)), headers: range };
  }

  trust(): void {}

  async close(): Promise<void> {}

  async *#pieces(text: string, signal: HttpRequest['signal']): AsyncGenerator<Buffer> {
    if (signal.aborted) throw signal.reason;
    if (text !== '') yield Buffer.from(text);
  }

  async *#data(from: number, end: number, signal: HttpRequest['signal']): AsyncGenerator<Buffer> {
    for (let start = from; start < end; start += this.pieceSize) {
      if (signal.aborted) throw signal.reason;
      const piece = Buffer.alloc(Math.min(this.pieceSize, end - start));
      this.passed += piece.length;
      yield piece;
    }
  }
}

function response(status: number, body: AsyncIterable<Buffer>): HttpResponse {
  return { status, headers: {}, body, discard: () => undefined };
}
