import type { Clock } from '../../system/clock';
import { Deadline } from '../../system/deadline';
import type { EndSignal } from '../../system/ending';
import { type FloorRule, ProgressFloor } from './floor';
import type { HttpRequest } from './http';
import type { ConnectionOptions } from './options';
import type { ServiceRequest } from './request';

/** How long requests may take, in ms. */
export interface Limits {
  /** Of a short request, from its beginning to its end; a little more where it sends much. */
  short: number;
  floor: FloorRule;
}

export function limitsOf({ timeouts }: Pick<ConnectionOptions, 'timeouts'>): Limits {
  return { short: timeouts?.answer ?? 30_000, floor: { bytes: 256, window: timeouts?.stall ?? 30_000 } };
}

/** What a short request has in addition, in ms for each byte that it sends: a slow line does 8 kB a second. */
const sendingPerByte = 0.125;
/**
 * How many bytes are sent at a time where progress is watched. Large slices cost less, on a fast line; on a slow one they
 * must be small, since a slice counts as progress only when all of it has been taken.
 */
const sliceSize = { first: 65_536, smallest: 16_384, largest: 1_048_576 };
/** In ms: after a slice that took longer than `slow` the next is smaller, after one that took less than `fast` larger. */
const slow = 2_000;
const fast = 200;
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
    this.body = body !== undefined && this.#floor ? watchedBody(body, this.#floor, clock) : body;
  }

  get signal(): EndSignal {
    return this.#deadline.signal;
  }

  /** The answer's head has come. */
  answered(): void {
    this.#floor?.answered();
  }

  /** More of the answer is wanted: from now on we wait for the peer. */
  peerMoves(): void {
    this.#floor?.peerMoves();
  }

  /** Bytes of the answer have come; from now on the peer waits for us. */
  passed(bytes: number): void {
    this.#floor?.passed(bytes);
  }

  /** Lets go of timers and of the caller's signal. */
  release(): void {
    this.#floor?.release();
    this.#deadline.release();
  }
}

/** The body as it is sent: each slice that is taken is progress; after the last the answer is waited for. */
function watchedBody(
  body: NonNullable<HttpRequest['body']>,
  floor: ProgressFloor,
  clock: Clock,
): HttpRequest['body'] {
  if (isInPieces(body)) return watchedPieces(body, floor, clock);
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (bytes.length > sliceSize.first) return watchedPieces([bytes], floor, clock);
  floor.answerWithin(answerLimit + bytes.length * sendingPerByte);
  return body;
}

async function* watchedPieces(
  body: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  floor: ProgressFloor,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  let length = sliceSize.first;
  floor.passed(0);
  for await (const piece of body) {
    for (let start = 0; start < piece.length; ) {
      const slice = piece.subarray(start, start + length);
      const began = clock.elapsed();
      floor.peerMoves();
      yield slice;
      floor.passed(slice.length);
      start += slice.length;
      sent += slice.length;
      const took = clock.elapsed() - began;
      if (took < fast) length = Math.min(sliceSize.largest, length * 2);
      else if (took > slow) length = Math.max(sliceSize.smallest, length / 2);
    }
  }
  floor.answerWithin(answerLimit + sent * answerLimitPerByte);
}

function isInPieces(body: NonNullable<HttpRequest['body']>): body is AsyncIterable<Uint8Array> {
  return typeof body !== 'string' && !Buffer.isBuffer(body);
}
