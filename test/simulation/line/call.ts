import type { HttpRequest, HttpResponse, Lane } from '../../../src/client/connection/http';
import type { Read } from '../oracle/history/polls';
import type { Harm } from '../plans/plan';
import { type Asked, operationOf, type Reply, type Rest } from '../service/rest';
import { BaseCall, onWay, type StatusHarm, type Way } from './base-call';
import { bodyOf, broken, isListOfNothing, type Piece, statusReply } from './bodies';
import type { Disturbances, Faults } from './faults';

/** So many times means always. */
const everything = 1_000;

export interface LineParts extends Way {
  rest: Rest;
  /** Whether somebody listens there. */
  listens: () => boolean;
  faults: Faults;
  disturbances: Disturbances;
  onSend: (asked: Asked, lane: Lane) => void;
  /** It is over: with an answer, as far as that was read, or without one. */
  onEnd: (asked: Asked, lane: Lane, read: Read) => void;
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
  readonly by: string;
  readonly parts: LineParts;
  ended(call: Call): void;
}

/** One request of a client that receives, on its way there and back. */
export class Call extends BaseCall {
  sentAt: number | undefined;
  #isAtService = false;
  #read: Read;
  /** Ends the wait for the next piece of its answer. */
  #hurry: () => void = () => undefined;
  readonly #asked: Asked;

  constructor(
    private readonly line: CallHost,
    request: HttpRequest,
    resolve: (response: HttpResponse) => void,
    reject: (reason: unknown) => void,
  ) {
    super(line.by, line.parts, request, resolve, reject);
    this.#asked = { method: request.method, path: request.path, by: line.by };
  }

  get lane(): Lane {
    return this.request.lane;
  }

  send(): void {
    const { clock, disturbances, faults, onSend } = this.line.parts;
    this.sentAt = clock.elapsed();
    onSend(this.#asked, this.lane);
    const fault = faults.befalling(operationOf(this.#asked), this.sentAt);
    this.isDisturbed = fault !== undefined;
    // One that befalls whatever is sent lasts as long as it might.
    if (fault && fault.times >= everything) disturbances.add(this.sentAt, fault.until);
    // Who says when to come again is not there before.
    if (fault?.harm === 'status' && fault.retryAfter !== undefined)
      disturbances.add(this.sentAt, this.sentAt + fault.retryAfter * 1_000);
    this.note(() => `is sent${fault ? `: ${JSON.stringify(fault)}` : ''}`);
    const thereAndBack = (): number => this.delay() + this.delay();
    this.travelThere(onWay(fault, false), thereAndBack, () => {
      if (fault?.harm === 'forgotten') this.#forget(fault);
      else this.#arrive(fault);
    });
  }

  serviceDied(): void {
    if (this.#isAtService) this.fail('ECONNRESET');
  }

  protected ended(): void {
    const { clock, disturbances, onEnd } = this.line.parts;
    if (this.sentAt !== undefined) onEnd(this.#asked, this.lane, this.#read);
    if (this.isDisturbed && this.sentAt !== undefined) disturbances.add(this.sentAt, clock.elapsed());
    this.line.ended(this);
    // Who reads its answer hears at once that the connection is closed.
    this.#hurry();
  }

  protected answerWith(harm: StatusHarm): void {
    this.#respond(statusReply(harm), undefined);
  }

  /** Happens whatever has become of the one who asked: the request is on its way. */
  #arrive(harm: Harm | undefined): void {
    const { rest, listens } = this.line.parts;
    if (!listens()) {
      this.fail('ECONNREFUSED');
      return;
    }
    this.#isAtService = true;
    const arrived = this.line.parts.clock.elapsed();
    rest.answer(this.#asked, (reply) => {
      // An answer that waited for the cloud tells that something was away.
      if (this.line.parts.clock.elapsed() > arrived) this.isDisturbed = true;
      if (this.isOver) return;
      this.#isAtService = false;
      this.travelBack(onWay(harm, true), () => this.#respond(reply, harm));
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
    this.later(this.delay(), () => this.#respond({ status: 204, headers: {}, body: '' }, undefined));
  }

  #respond(reply: Reply, harm: Harm | undefined): void {
    const { status, headers, pieces } = bodyOf(reply, harm);
    this.note(() => `is answered: ${status} ${described(reply, pieces)}`);
    if (harm?.harm === 'other version') {
      for (const { objectID } of reply.shows ?? []) this.line.parts.disturbances.lie(objectID);
    }
    const text = pieces.filter((piece) => typeof piece === 'string').join('');
    if (headers['content-type'] !== 'text/html') this.line.parts.onStatus(this.#asked, status);
    if (text !== reply.body) this.line.parts.onText(this.#asked, this.lane, reply, text);
    if (text === '') this.#read = { status, text };
    const intact = (): void => {
      this.#read = { status, text };
      if (status === reply.status && harm?.harm !== 'body') {
        this.line.parts.onAnswer(this.#asked, this.lane, reply);
      } else if (harm?.harm === 'body' && isListOfNothing(harm.body))
        this.line.parts.onStrangeList(this.#asked);
    };
    this.resolve({ status, headers, body: this.#pieces(pieces, intact), discard: () => this.end() });
  }

  async *#pieces(pieces: readonly Piece[], intact: () => void): AsyncGenerator<Buffer> {
    try {
      for (const piece of pieces) {
        if (typeof piece === 'number' && !this.isOver) await this.#pause(piece);
        if (this.request.signal.aborted) throw this.request.signal.reason;
        if (this.isOver) throw broken('UND_ERR_DESTROYED');
        if (typeof piece === 'object') throw broken(piece.code);
        if (typeof piece === 'string') yield Buffer.from(piece);
      }
      intact();
    } finally {
      this.end();
    }
  }

  #pause(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.line.parts.clock.after(delay, resolve);
      this.#hurry = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

function described({ body, shows }: Reply, pieces: readonly Piece[]): string {
  const asItWas = pieces.length === 1 && pieces[0] === body;
  return asItWas && shows ? shows.map(({ name }) => name).join(', ') : JSON.stringify(pieces);
}
