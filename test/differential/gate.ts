import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as open,
  type Server,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import { until } from '../support/until';

const poll = '/spi/v1/objects/';
const patience = 120_000;

/** What passes between one edge and its cloud. */
class Line {
  held = false;
  /** Polls that brought nothing new, since there was anything else. */
  quiet = 0;
  /** Goes on with each beginning of that count: a poll from before it says nothing. */
  count = 0;
  underWay = 0;
  waiting: (() => void)[] = [];
  /** What the last poll brought, and what the edge asked for since. */
  #brought = '';
  #asked = '';
  #askedBefore = '';

  startAnew(): void {
    this.quiet = 0;
    this.count += 1;
  }

  asked(what: string): void {
    this.#asked += `${what}\n`;
    this.startAnew();
  }

  /** Some news an edge never takes, gets again at each poll, and may ask for the same data in vain. */
  polled(brought: string, count: number): void {
    const nothingNew = brought === this.#brought && (this.#asked === '' || this.#asked === this.#askedBefore);
    if (!nothingNew) this.startAnew();
    else if (this.count === count || this.#asked !== '') this.quiet += 1;
    this.#brought = brought;
    this.#askedBefore = this.#asked;
    this.#asked = '';
  }
}

/** Stands between edges and their CSS: sees when an edge has taken all that is for it, and can hold its polls back. */
export class Gate {
  readonly #server: Server;
  readonly #lines = new Map<string, Line>();
  #isShut = false;

  /** @param cloud the address of the CSS. */
  constructor(private readonly cloud: string) {
    this.#server = createServer((request, response) => void this.#pass(request, response));
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** @param edges as they name themselves: `org/type/id`. Their polls wait, those of others go on. */
  async hold(edges: readonly string[]): Promise<void> {
    for (const edge of edges) this.#line(edge);
    for (const [edge, line] of this.#lines) {
      line.held = edges.includes(edge);
      if (!line.held) for (const go of line.waiting.splice(0)) go();
    }
    await until('no poll of a held edge is under way', () =>
      edges.every((edge) => this.#line(edge).underWay === 0),
    );
  }

  /** Lets nobody through: to the edges their cloud is away. */
  async shut(): Promise<void> {
    this.#isShut = true;
    const lines = Array.from(this.#lines.values());
    await until('nothing is under way', () => lines.every(({ underWay }) => underWay === 0), patience);
  }

  open(): void {
    this.#isShut = false;
  }

  /** Resolves when these edges have polled in vain, and told all they had to tell. */
  async quiet(edges: readonly string[], polls: number): Promise<void> {
    for (const edge of edges) this.#line(edge).startAnew();
    const isQuiet = (edge: string): boolean => {
      const { quiet, underWay } = this.#line(edge);
      return quiet >= polls && underWay === 0;
    };
    await until('the edges have taken everything', () => edges.every(isQuiet), patience);
  }

  async close(): Promise<void> {
    await this.hold([]);
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const line = this.#line(edgeOf(request));
    const polls = request.method === 'GET' && request.url === poll;
    if (polls && line.held) await new Promise<void>((go) => line.waiting.push(go));
    // An edge gives up on a poll after a while, and polls anew.
    if (response.destroyed) return;
    if (this.#isShut) {
      response.destroy();
      return;
    }
    line.underWay += 1;
    const { count } = line;
    try {
      const brought = await this.#forward(request, response);
      if (polls) line.polled(brought, count);
      else line.asked(`${request.method} ${request.url}`);
    } catch {
      response.destroy();
    } finally {
      line.underWay -= 1;
    }
  }

  /** Resolves with the body of the answer, once it has arrived. */
  async #forward(request: IncomingMessage, response: ServerResponse): Promise<string> {
    const { hostname, port } = new URL(this.cloud);
    const { method, url, headers } = request;
    const forwarded = open({ hostname, port, method, path: url, headers, agent: false });
    request.pipe(forwarded);
    const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
    const body = await buffer(answer);
    const { 'transfer-encoding': _chunked, ...others } = answer.headers;
    response.writeHead(answer.statusCode ?? 500, others);
    response.end(body);
    await once(response, 'close');
    return body.toString('latin1');
  }

  #line(edge: string): Line {
    const line = this.#lines.get(edge) ?? new Line();
    this.#lines.set(edge, line);
    return line;
  }
}

function edgeOf({ headers }: IncomingMessage): string {
  const [, encoded = ''] = (headers.authorization ?? '').split(' ');
  return Buffer.from(encoded, 'base64').toString().split(':')[0] ?? '';
}
