import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { reset } from '../support/reset';

/** Once so many bytes have passed in the direction of the data, every connection is reset. */
export interface Mishap {
  after: number;
  /** What happens before, while nothing passes. */
  happen?: () => Promise<void>;
}

/** Stands between clients and a service on loopback, counts what passes, and breaks where it is told to. */
export class BrokenLine {
  /** Bytes that have passed, heads included. */
  readonly passed = { toService: 0, toClient: 0 };
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  readonly #mishaps: Mishap[];

  private constructor(
    private readonly port: number,
    private readonly counted: 'toService' | 'toClient',
    mishaps: readonly Mishap[],
  ) {
    this.#mishaps = Array.from(mishaps);
    this.#server = createServer((client) => this.#accept(client));
  }

  /** @param counted the direction of the data. */
  static async start(
    service: string,
    counted: 'toService' | 'toClient',
    mishaps: readonly Mishap[],
  ): Promise<BrokenLine> {
    const line = new BrokenLine(Number(new URL(service).port), counted, mishaps);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    return line;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many mishaps are still to come. */
  get left(): number {
    return this.#mishaps.length;
  }

  async close(): Promise<void> {
    this.#cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    const service = connect(this.port, '127.0.0.1');
    this.#clients.add(client);
    client.on('close', () => this.#clients.delete(client));
    void this.#forward(client, service, 'toService');
    void this.#forward(service, client, 'toClient');
  }

  #forward(from: Socket, to: Socket, direction: 'toService' | 'toClient'): Promise<void> {
    const pass = async function* (this: BrokenLine, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const piece of pieces) {
        this.passed[direction] += piece.length;
        yield piece;
        if (direction === this.counted) await this.#look();
      }
    };
    // Either end may be gone at any time: that is what it is for.
    return pipeline(from, pass.bind(this), to).catch(() => undefined);
  }

  /** Nothing passes while a mishap is on its way. */
  async #look(): Promise<void> {
    const [next] = this.#mishaps;
    if (!next || this.passed[this.counted] < next.after) return;
    this.#mishaps.shift();
    await next.happen?.();
    this.#cut();
  }

  #cut(): void {
    for (const client of this.#clients) reset(client);
  }
}
