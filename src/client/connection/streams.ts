import { Agent, type AgentOptions, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { Body } from './body';
import type { Connector } from './connector';
import {
  bodyLengthMismatch,
  codedError,
  connectionsPerLane,
  type HttpRequest,
  type HttpResponse,
  mostInformational,
  notSent,
  reasonOf,
} from './http';

/** An agent whose connections come from a connector. */
class ConnectorAgent extends Agent {
  constructor(
    private readonly connector: Connector,
    options: AgentOptions,
  ) {
    super(options);
  }

  override createConnection(
    _options: object,
    connected?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    // Node's parser copies what it makes a body of.
    this.connector.open((error, socket) => connected?.(error, socket as Duplex), 'passing');
  }
}

/** HTTP by node:http, for bodies of any size in both directions. */
export class StreamConnections {
  readonly #agents = new Map<HttpRequest['lane'], ConnectorAgent>();
  readonly #underWay = new Set<(reason: Error) => void>();

  /** @param idle how long a connection of a lane that nobody uses is kept, in ms. */
  constructor(
    private readonly connector: Connector,
    private readonly host: string,
    private readonly idle: (lane: HttpRequest['lane']) => number,
  ) {}

  request(wanted: HttpRequest): Promise<HttpResponse> {
    const { lane, method, path, headers, body, signal } = wanted;
    const asking = request({
      agent: this.#agent(lane),
      method,
      path,
      setHost: false,
      headers: { host: this.host, ...headers },
    });
    const response = new Promise<HttpResponse>((resolve, reject) => {
      let answer: Body | undefined;
      let connected = false;
      // To node:http, a body to the end of its connection is whole wherever that ends, so each failure is told before.
      const fail = (error: Error, rest: 'read' | 'dropped'): void => {
        reject(error);
        if (rest === 'read') answer?.fail(error);
        else answer?.abort(error);
      };
      const stop = (error: Error): void => {
        fail(error, 'dropped');
        asking.destroy();
      };
      const onAbort = (): void => stop(connected ? reasonOf(signal) : notSent(signal.reason));
      signal.addEventListener('abort', onAbort, { once: true });
      this.#underWay.add(stop);
      asking.on('close', () => {
        signal.removeEventListener('abort', onAbort);
        this.#underWay.delete(stop);
      });
      asking.on('socket', () => {
        connected = true;
      });
      asking.on('error', (error) => fail(error, 'read'));
      asking.on('response', (incoming) => {
        answer = bodyOf(asking, incoming);
        const { statusCode: status = 0, headers: received } = incoming;
        const discard = answer.discard.bind(answer);
        resolve({ status, headers: received, body: answer, discard });
      });
      limitInformational(asking);
    });
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) asking.end(body);
    else void send(asking, body, headers['content-length']);
    return response;
  }

  /** Connections are used no longer than for what is under way. */
  retire(): void {
    for (const agent of this.#agents.values()) {
      agent.maxFreeSockets = 0;
      for (const free of Object.values(agent.freeSockets).flat()) free?.destroy();
    }
  }

  close(): void {
    for (const stop of this.#underWay) stop(new Error('The connections are closed'));
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #agent(lane: HttpRequest['lane']): ConnectorAgent {
    const known = this.#agents.get(lane);
    if (known) return known;
    const options = { keepAlive: true, maxSockets: connectionsPerLane, timeout: this.idle(lane) };
    const agent = new ConnectorAgent(this.connector, options);
    this.#agents.set(lane, agent);
    return agent;
  }
}

function bodyOf(asking: ClientRequest, incoming: IncomingMessage): Body {
  const body = new Body({
    hold: () => incoming.pause(),
    release: () => incoming.resume(),
    abandon: () => asking.destroy(),
  });
  incoming.on('data', (piece: Buffer) => body.push(piece));
  incoming.on('end', () => {
    body.end();
    // Answered before all was sent: the rest would be taken for another request.
    if (!asking.writableFinished) asking.destroy();
  });
  incoming.on('error', (error) => body.fail(error));
  return body;
}

function limitInformational(asking: ClientRequest): void {
  let count = 0;
  asking.on('information', () => {
    count += 1;
    if (count > mostInformational) asking.destroy(new Error('nothing but 1xx answers'));
  });
}

/** Sends the pieces as the connection takes them; their failure is the request's. */
async function send(
  asking: ClientRequest,
  pieces: AsyncIterable<Uint8Array>,
  said: string | undefined,
): Promise<void> {
  let sent = 0;
  const mismatch = (): Error =>
    codedError(bodyLengthMismatch, `the data has not the ${said} bytes that were said`);
  try {
    for await (const piece of pieces) {
      sent += piece.length;
      if (said !== undefined && sent > Number(said)) throw mismatch();
      if (!asking.write(piece)) await drained(asking);
      if (asking.destroyed) return;
    }
    if (said !== undefined && sent !== Number(said)) throw mismatch();
    asking.end();
  } catch (error) {
    asking.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Resolves when more can be written, or never will. */
function drained(asking: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      asking.off('drain', done);
      asking.off('close', done);
      resolve();
    };
    asking.on('drain', done);
    asking.on('close', done);
    if (asking.destroyed) done();
  });
}
