import type { Clock } from '../../system/clock';
import { Deadline } from '../../system/deadline';
import { type FloorRule, ProgressFloor } from './floor';
import type { HttpRequest } from './http';
import type { ConnectionOptions } from './options';
import type { ServiceRequest } from './request';

/** How long requests may take, in ms. */
export interface Limits {
  /** What is short, in all; a little more where it sends much. */
  short: number;
  floor: FloorRule;
}

export function limitsOf({ timeouts }: Pick<ConnectionOptions, 'timeouts'>): Limits {
  return { short: timeouts?.answer ?? 30_000, floor: { bytes: 256, window: timeouts?.stall ?? 30_000 } };
}

/** Of what is sent at once, in ms a byte: 8 kB a second, which a slow line can do. */
const sendingPerByte = 0.125;
/** So much of a body in memory is sent at a time where its progress is watched. */
const sliceSize = 65_536;
/** The service verifies a signature before it answers: that took it 8 minutes for 160 MB. In ms, and per byte sent. */
const answerLimit = 60_000;
const answerLimitPerByte = 0.004;

/** How long one request may take, and what ends it: its caller, a deadline where it is short, a floor where it is long. */
export class Patience {
  readonly body: HttpRequest['body'];
  readonly #floor: ProgressFloor | undefined;
  readonly #deadline: Deadline;

  constructor(clock: Clock, limits: Limits, request: Pick<ServiceRequest, 'body' | 'long' | 'signal'>) {
    const body = request.body?.();
    if (request.long) {
      this.#floor = new ProgressFloor(clock, limits.floor);
      this.#deadline = new Deadline(clock, undefined, request.signal, this.#floor.signal);
    } else {
      const sent = body === undefined || isInPieces(body) ? 0 : body.length;
      this.#deadline = new Deadline(clock, limits.short + sent * sendingPerByte, request.signal);
    }
    this.body = body !== undefined && this.#floor ? watchedBody(body, this.#floor) : body;
  }

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  /** The answer's head has come. */
  answered(): void {
    this.#floor?.answered();
  }

  /** The body of the answer as it is read. */
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

/** The body as it is sent: each piece that is taken is progress; after the last the answer is waited for. */
function watchedBody(body: NonNullable<HttpRequest['body']>, floor: ProgressFloor): HttpRequest['body'] {
  if (isInPieces(body)) return watchedPieces(body, floor);
  const bytes = Buffer.from(body);
  if (bytes.length > sliceSize) return watchedPieces(slices(bytes), floor);
  floor.answerWithin(answerLimit + bytes.length * sendingPerByte);
  return body;
}

async function* watchedPieces(
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

async function* slices(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += sliceSize)
    yield bytes.subarray(start, start + sliceSize);
}

function isInPieces(body: NonNullable<HttpRequest['body']>): body is AsyncIterable<Uint8Array> {
  return typeof body !== 'string' && !Buffer.isBuffer(body);
}
