import { once } from 'node:events';
import {
  request as ask,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createListener,
  type Server as Listener,
  type Socket,
} from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { SeededRandom } from '../../support/random';
import { reset } from '../../support/reset';
import { EarlierAnswers } from './earlier';
import { type Answer, type Fault, faults, type Passage, type Request } from './faults';
import { Impostor } from './impostor';
import { Words } from './words';

export interface Thrown extends Request {
  /** As Date.now() has it. */
  readonly at: number;
  readonly name: string;
}

export interface WireOptions {
  random: SeededRandom;
  /** Speaks TLS to its clients with these. */
  tls?: { cert: string; key: string };
}

/** One connection of a client, below TLS. */
interface Line {
  readonly client: Socket;
  cut(): void;
}

/** Stands between clients and a service, and throws a fault at some of the requests. */
export class FaultyWire {
  readonly thrown: Thrown[] = [];
  readonly words = new Words();
  readonly impostor = new Impostor();
  /** The address of the service, http://; it may move. */
  service = '';
  /** That of a service of the other kind. */
  other = '';
  /** How many of the requests meet a fault, from 0 to 1. */
  share = 0;
  passed = 0;
  readonly #listener: Listener;
  readonly #server: Server;
  /** By the port from which they come to the server. */
  readonly #lines = new Map<number, Line>();
  readonly #earlier = new EarlierAnswers();
  #refused = 0;
  #swallowed = 0;
  #intercepted = 0;
  #burst: { fault: Fault; left: number } | undefined;

  private constructor(private readonly options: WireOptions) {
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      // The service is away: as without this wire.
      this.#meet(request, response).catch(() => request.socket.destroy());
    };
    this.#server = options.tls ? createSecureServer(options.tls, onRequest) : createServer(onRequest);
    this.#server.on('clientError', (_, socket) => socket.destroy());
    this.#listener = createListener((client) => this.#accept(client));
  }

  static async start(options: WireOptions): Promise<FaultyWire> {
    const wire = new FaultyWire(options);
    for (const each of [wire.#server, wire.#listener]) {
      each.listen(0, '127.0.0.1');
      await once(each, 'listening');
    }
    return wire;
  }

  get address(): string {
    return `${this.options.tls ? 'https' : 'http'}://127.0.0.1:${portOf(this.#listener)}`;
  }

  close(): void {
    this.#listener.close();
    this.#server.close();
    this.impostor.close();
    for (const { client } of this.#lines.values()) client.destroy();
    this.#server.closeAllConnections();
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#refused > 0) {
      this.#refused -= 1;
      reset(client);
      return;
    }
    if (this.#swallowed > 0) {
      this.#swallowed -= 1;
      setTimeout(() => reset(client), 300 + this.options.random.below(2_500));
      return;
    }
    if (this.#intercepted > 0) {
      this.#intercepted -= 1;
      this.impostor.take(client);
      return;
    }
    const inner = connect({ host: '127.0.0.1', port: portOf(this.#server) });
    inner.on('error', () => client.destroy());
    inner.on('connect', () => {
      const port = inner.localPort ?? 0;
      const cut = (): void => {
        reset(client);
        inner.destroy();
      };
      this.#lines.set(port, { client, cut });
      inner.on('close', () => this.#lines.delete(port));
    });
    client.pipe(inner).pipe(client);
    client.on('close', () => inner.destroy());
  }

  async #meet(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = { method: message.method ?? '', path: message.url ?? '' };
    const pieces: Buffer[] = [];
    for await (const piece of message) pieces.push(piece as Buffer);
    const passage = this.#passage(request, message, Buffer.concat(pieces));
    const fault = this.#choose(request);
    if (fault) {
      this.thrown.push({ ...request, at: Date.now(), name: fault.name });
      await fault.act(passage);
      return;
    }
    this.passed += 1;
    const { status, headers, body } = await passage.pass();
    response.writeHead(status, endToEnd(headers)).end(body);
  }

  #choose(request: Request): Fault | undefined {
    const { random } = this.options;
    if (this.#burst && this.share > 0) {
      const { fault, left } = this.#burst;
      this.#burst = left > 1 ? { fault, left: left - 1 } : undefined;
      return fault;
    }
    if (random.next() >= this.share) return undefined;
    const own = random.below(4) === 0 ? faults.filter(({ fits }) => fits?.(request, this.#earlier)) : [];
    // Those of its kind alone are few beside those that befall any request.
    const fitting =
      own.length > 0 ? own : faults.filter(({ fits }) => fits?.(request, this.#earlier) ?? true);
    const fault = fitting[random.below(fitting.length)];
    if (fault?.burst) this.#burst = { fault, left: 1 + random.below(fault.burst) };
    return fault;
  }

  #passage(request: Request, message: IncomingMessage, body: Buffer): Passage {
    const { socket } = message;
    const acknowledged = this.words.acknowledging(request);
    const pass = async (): Promise<Answer> => {
      acknowledged?.();
      const at = Date.now();
      const answer = await this.#pass(message, body, this.service);
      this.words.heard(request, at, answer);
      this.#earlier.note(request, answer);
      return answer;
    };
    const line = this.#lines.get(socket.remotePort ?? 0);
    return {
      request,
      random: this.options.random,
      secure: this.options.tls !== undefined,
      pass,
      earlier: this.#earlier,
      passElsewhere: () => this.#pass(message, body, this.other),
      passHalf: () => this.#passHalf(message, body),
      write: (bytes) => void socket.write(bytes),
      writeBelow: (bytes) => void line?.client.write(bytes),
      end: () => void socket.end(),
      reset: () => line?.cut(),
      refuse: (connections) => {
        this.#refused = connections;
      },
      swallow: (connections) => {
        this.#swallowed = connections;
      },
      intercept: (connections) => {
        this.#intercepted = connections;
      },
      pause: (milliseconds) => pause(milliseconds),
      left: () =>
        new Promise((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve()))),
    };
  }

  async #pass(message: IncomingMessage, body: Buffer, service: string): Promise<Answer> {
    const upstream = this.#ask(message, service);
    upstream.end(body);
    const [response] = (await once(upstream, 'response')) as [IncomingMessage];
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece as Buffer);
    return { status: response.statusCode ?? 0, headers: response.rawHeaders, body: Buffer.concat(pieces) };
  }

  async #passHalf(message: IncomingMessage, body: Buffer): Promise<void> {
    const upstream = this.#ask(message, this.service);
    upstream.on('error', () => undefined);
    upstream.write(body.subarray(0, Math.ceil(body.length / 2)));
    await pause(20);
    upstream.destroy();
  }

  #ask({ method, url, headers }: IncomingMessage, service: string): ReturnType<typeof ask> {
    const { host, ...others } = headers;
    return ask(new URL(url ?? '/', service), { method, headers: others, agent: false });
  }
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port;
}

/** Without those that tell how the service's own connection goes on. */
function endToEnd(headers: readonly string[]): string[] {
  return headers.filter((_, at) => !/^(connection|keep-alive)$/i.test(headers[at - (at % 2)] ?? ''));
}
