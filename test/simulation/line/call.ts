import type { HttpRequest, HttpResponse, Lane } from '../../../src/client/connection/http';
import type { SeededRandom } from '../../support/random';
import type { VirtualClock } from '../clock';
import type { Log } from '../log';
import type { Harm } from '../plans/plan';
import { type Asked, operationOf, type Reply, type Rest } from '../service/rest';
import { bodyOf, broken, isListOfNothing, type Piece, statusReply } from './bodies';
import type { Disturbances, Faults } from './faults';

/** So many times means always. */
const everything = 1_000;
const untilConnectTimeout = 10_000;

export interface LineParts {
  clock: VirtualClock;
  random: SeededRandom;
  latency: readonly [number, number];
  rest: Rest;
  /** Whether somebody listens there. */
  listens: () => boolean;
  faults: Faults;
  disturbances: Disturbances;
  log: Log;
  onSend: (asked: Asked) => void;
  /** The client got an answer of the service as the service gave it. */
  onAnswer: (asked: Asked, lane: Lane, reply: Reply) => void;
  /** It got an answer that is not a page, with this status. */
  onStatus: (asked: Asked, status: number) => void;
  /** It got a list all of whose entries are none: they are left out, and it is an answer all the same. */
  onStrangeList: (asked: Asked) => void;
  /** The service answers as if it had done what is asked. */
  onForgotten: (asked: Asked) => void;
  /** An answer begins to arrive, as this text: perhaps not all of it. */
  onText: (asked: Asked, lane: Lane, reply: Reply, text: string) => void;
}

/** What a request travels on. */
export interface CallHost {
  /** The name that its client's requests go by. */
  readonly by: string;
  readonly parts: LineParts;
  ended(call: Call): void;
}

/** One request on its way there and back. */
export class Call {
  sentAt: number | undefined;
  #state: 'going' | 'at the service' | 'coming' | 'reading' | 'ended' = 'going';
  #disturbed = false;
  readonly #asked: Asked;
  /** Who gave it up had waited for too long. */
  readonly #onAbort = (): void => {
    this.#disturbed = true;
    this.#fail(this.request.signal.reason);
  };

  constructor(
    private readonly line: CallHost,
    private readonly request: HttpRequest,
    private readonly resolve: (response: HttpResponse) => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    this.#asked = { method: request.method, path: request.path, by: line.by };
    request.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get lane(): Lane {
    return this.request.lane;
  }

  send(): void {
    const { clock, faults, log } = this.line.parts;
    this.sentAt = clock.elapsed();
    this.line.parts.onSend(this.#asked);
    const fault = faults.befalling(operationOf(this.#asked), this.sentAt);
    this.#disturbed = fault !== undefined;
    // One that befalls whatever is sent lasts as long as it might.
    if (fault && fault.times >= everything) this.line.parts.disturbances.add(this.sentAt, fault.until);
    // Who says when to come again is not there before.
    if (fault?.harm === 'status' && fault.retryAfter !== undefined)
      this.line.parts.disturbances.add(this.sentAt, this.sentAt + fault.retryAfter * 1_000);
    if (log.on) log.write(`${this.#name} is sent${fault ? `: ${JSON.stringify(fault)}` : ''}`);
    const early = fault && 'afterwards' in fault && !fault.afterwards ? fault : undefined;
    switch (early?.harm) {
      case 'silence':
        return;
      case 'broken': {
        const delay = early.code.includes('CONNECT_TIMEOUT') ? untilConnectTimeout : this.#delay();
        this.#later(delay, () => this.fail(early.code));
        return;
      }
      case 'status':
        this.#later(this.#delay() + this.#delay(), () => this.#respond(statusReply(early), undefined));
        return;
      case 'delay':
        this.#later(this.#delay() + early.by, () => this.#arrive(fault));
        return;
      default:
        this.#later(this.#delay(), () =>
          fault?.harm === 'forgotten' ? this.#forget(fault) : this.#arrive(fault),
        );
    }
  }

  fail(code: string): void {
    this.#disturbed = true;
    this.#fail(broken(code));
  }

  serviceDied(): void {
    if (this.#state === 'at the service') this.fail('ECONNRESET');
  }

  forget(): void {
    this.request.signal.removeEventListener('abort', this.#onAbort);
    this.#state = 'ended';
  }

  get #name(): string {
    return `${this.line.by}: ${this.request.method} ${this.request.path.replace('/api/v1', '')}`;
  }

  /** Happens whatever has become of the one who asked: the request is on its way. */
  #arrive(harm: Harm | undefined): void {
    const { rest, listens } = this.line.parts;
    if (!listens()) {
      this.fail('ECONNREFUSED');
      return;
    }
    if (this.#state !== 'ended') this.#state = 'at the service';
    const arrived = this.line.parts.clock.elapsed();
    rest.answer(this.#asked, (reply) => {
      // An answer that waited for the cloud tells that something was away.
      if (this.line.parts.clock.elapsed() > arrived) this.#disturbed = true;
      if (this.#state === 'ended') return;
      this.#state = 'coming';
      this.#answer(reply, harm);
    });
  }

  /** The service says that it has done it; of what it has been told before it forgets nothing. */
  #forget(fault: Harm): void {
    const { listens, onForgotten, rest } = this.line.parts;
    if (!listens() || !rest.isFresh(this.#asked)) {
      this.#arrive(fault);
      return;
    }
    onForgotten(this.#asked);
    this.#later(this.#delay(), () => this.#respond({ status: 204, headers: {}, body: '' }, undefined));
  }

  #answer(reply: Reply, harm: Harm | undefined): void {
    const late = harm && 'afterwards' in harm && harm.afterwards ? harm : undefined;
    switch (late?.harm) {
      case 'silence':
        return;
      case 'broken':
        this.#later(this.#delay(), () => this.fail(late.code));
        return;
      case 'status':
        this.#later(this.#delay(), () => this.#respond(statusReply(late), undefined));
        return;
      case 'delay':
        this.#later(this.#delay() + late.by, () => this.#respond(reply, harm));
        return;
      default:
        this.#later(this.#delay(), () => this.#respond(reply, harm));
    }
  }

  #respond(reply: Reply, harm: Harm | undefined): void {
    const { log } = this.line.parts;
    const { status, headers, pieces } = bodyOf(reply, harm);
    if (log.on) log.write(`${this.#name} is answered: ${status} ${described(reply, pieces)}`);
    this.#state = 'reading';
    if (harm?.harm === 'other version') {
      for (const { objectID } of reply.shows ?? []) this.line.parts.disturbances.lie(objectID);
    }
    const text = pieces.filter((piece) => typeof piece === 'string').join('');
    if (headers['content-type'] !== 'text/html') this.line.parts.onStatus(this.#asked, status);
    if (text !== reply.body) this.line.parts.onText(this.#asked, this.lane, reply, text);
    const intact = (): void => {
      if (status === reply.status && harm?.harm !== 'body') {
        this.line.parts.onAnswer(this.#asked, this.lane, reply);
      } else if (harm?.harm === 'body' && isListOfNothing(harm.body))
        this.line.parts.onStrangeList(this.#asked);
    };
    this.resolve({ status, headers, body: this.#read(pieces, intact), discard: () => this.#end() });
  }

  async *#read(pieces: readonly Piece[], intact: () => void): AsyncGenerator<Buffer> {
    try {
      for (const piece of pieces) {
        if (typeof piece === 'number') await this.#pause(piece);
        if (this.request.signal.aborted) throw this.request.signal.reason;
        if (this.#state === 'ended') throw broken('UND_ERR_DESTROYED');
        if (typeof piece === 'object') throw broken(piece.code);
        if (typeof piece === 'string') yield Buffer.from(piece);
      }
      intact();
    } finally {
      this.#end();
    }
  }

  #pause(delay: number): Promise<void> {
    const { signal } = this.request;
    return new Promise((resolve) => {
      const timer = this.line.parts.clock.after(delay, () => resolve());
      signal.addEventListener('abort', () => {
        timer.cancel();
        resolve();
      });
    });
  }

  #fail(reason: unknown): void {
    if (this.#state === 'ended') return;
    const { log } = this.line.parts;
    if (log.on)
      log.write(`${this.#name} fails: ${reason instanceof Error ? reason.message : String(reason)}`);
    this.#end();
    this.reject(reason);
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.request.signal.removeEventListener('abort', this.#onAbort);
    const { clock, disturbances } = this.line.parts;
    if (this.#disturbed && this.sentAt !== undefined) disturbances.add(this.sentAt, clock.elapsed());
    this.line.ended(this);
  }

  #later(delay: number, then: () => void): void {
    this.line.parts.clock.after(delay, then);
  }

  #delay(): number {
    const { latency, random } = this.line.parts;
    return latency[0] + random.next() * (latency[1] - latency[0]);
  }
}

function described({ body, shows }: Reply, pieces: readonly Piece[]): string {
  const asItWas = pieces.length === 1 && pieces[0] === body;
  return asItWas && shows ? shows.map(({ name }) => name).join(', ') : JSON.stringify(pieces);
}
