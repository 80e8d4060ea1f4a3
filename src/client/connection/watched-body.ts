import type { Patience } from './patience';

/** Who is asked and told while a body is read. */
export interface BodyWatch {
  /** Nothing more comes: it was read to its end, broke, or is not wanted any more. */
  over(): void;
  /** What an error of the connection is for the reader. */
  failure(error: unknown): Error;
}

/** The body of an answer as it is read. No generator, which would cost more than the bytes of a small answer. */
export class WatchedBody implements AsyncIterable<Buffer>, AsyncIterator<Buffer> {
  readonly #pieces: AsyncIterator<Buffer>;
  #isOver = false;

  constructor(
    body: AsyncIterable<Buffer>,
    private readonly patience: Patience,
    private readonly watch: BodyWatch,
  ) {
    this.#pieces = body[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return this;
  }

  async next(): Promise<IteratorResult<Buffer>> {
    if (this.#isOver) return finished;
    this.patience.peerMoves();
    try {
      const next = await this.#pieces.next();
      if (next.done) this.#end();
      else this.patience.passed(next.value.length);
      return next;
    } catch (error) {
      this.#end();
      throw this.watch.failure(error);
    }
  }

  async return(): Promise<IteratorResult<Buffer>> {
    if (!this.#isOver) {
      this.#end();
      await this.#pieces.return?.();
    }
    return finished;
  }

  #end(): void {
    this.#isOver = true;
    this.watch.over();
  }
}

const finished: IteratorResult<Buffer> = { done: true, value: undefined };
