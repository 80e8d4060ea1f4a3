import type { Clock } from '../../system/clock';
import { Deadline } from '../../system/deadline';
import { type FloorRule, ProgressFloor } from './floor';
import type { HttpRequest } from './http';
import type { ConnectionOptions } from './options';
import type { ServiceRequest } from './request';

/** How long requests may take, in ms. */
export interface Limits {
  /** What is short, in all. */
  short: number;
  floor: FloorRule;
}

export function limitsOf({ timeouts }: Pick<ConnectionOptions, 'timeouts'>): Limits {
  return { short: timeouts?.answer ?? 30_000, floor: { bytes: 256, window: timeouts?.stall ?? 30_000 } };
}

/** The service verifies a signature before it answers: that took it 8 minutes for 160 MB. In ms, and per byte sent. */
const answerLimit = 60_000;
const answerLimitPerByte = 0.004;

/** How long one request may take, and what ends it: its caller, a deadline where it is short, a floor where it is long. */
export class Patience {
  readonly #floor: ProgressFloor | undefined;
  readonly #deadline: Deadline;

  constructor(clock: Clock, limits: Limits, request: Pick<ServiceRequest, 'long' | 'signal'>) {
    this.#floor = request.long ? new ProgressFloor(clock, limits.floor) : undefined;
    this.#deadline = this.#floor
      ? new Deadline(clock, undefined, request.signal, this.#floor.signal)
      : new Deadline(clock, limits.short, request.signal);
  }

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  /** The body as it is sent: each piece that is taken is progress. */
  sending(body: HttpRequest['body']): HttpRequest['body'] {
    const floor = this.#floor;
    if (!floor || body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) return body;
    return watchedBody(body, floor);
  }

  /** The answer's head has come. */
  answered(): void {
    this.#floor?.answered();
  }

  /** The body as it is read. */
  async *receiving(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const floor = this.#floor;
    floor?.peerMoves();
    for await (const piece of body) {
      floor?.passed(piece.length);
      yield piece;
      floor?.peerMoves();
    }
  }

  /** Lets go of timers and of the caller's signal. */
  release(): void {
    this.#floor?.release();
    this.#deadline.release();
  }
}

async function* watchedBody(
  body: AsyncIterable<Uint8Array>,
  floor: ProgressFloor,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  floor.passed(0);
  for await (const piece of body) {
    floor.peerMoves();
    yield piece;
    floor.passed(piece.length);
    sent += piece.length;
  }
  floor.answerWithin(answerLimit + sent * answerLimitPerByte);
}
