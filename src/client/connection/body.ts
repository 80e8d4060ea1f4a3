/** What a connection does for the body that comes over it. */
export interface BodySource {
  /** The reader is behind: hold back what can be held back. */
  hold(): void;
  /** The reader has caught up. */
  release(): void;
  /** Nobody reads on: the connection cannot be used for anything else. */
  abandon(): void;
}

/** How many bytes may wait for a slow reader before the connection is held back. */
const highWater = 1_048_576;
/** How many bytes a piece counts beside its own, since a service that sends byte by byte must not fill the memory. */
const pieceCost = 128;

/** The pieces of one answer between the connection that brings them and the one who reads them. */
export class Body implements AsyncIterable<Buffer>, AsyncIterator<Buffer> {
  readonly #pieces: Buffer[] = [];
  #waiting = 0;
  #held = false;
  #ended = false;
  #error: Error | undefined;
  #reader: { resolve: (result: IteratorResult<Buffer>) => void; reject: (error: Error) => void } | undefined;

  constructor(private readonly source: BodySource) {}

  /** A piece has come. */
  push(piece: Buffer): void {
    if (this.#ended || piece.length === 0) return;
    const reader = this.#reader;
    if (reader) {
      this.#reader = undefined;
      reader.resolve({ done: false, value: piece });
      return;
    }
    this.#pieces.push(piece);
    this.#waiting += piece.length + pieceCost;
    if (this.#waiting < highWater || this.#held) return;
    this.#held = true;
    this.source.hold();
  }

  /** The body has come to its end, which is told when what waits has been read. */
  end(): void {
    this.#ended = true;
    this.#reader?.resolve(finished);
    this.#reader = undefined;
  }

  /** The connection broke: what came before is data all the same, and is read first. */
  fail(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#reader?.reject(error);
    this.#reader = undefined;
  }

  /** The request was ended: nothing is read any more. */
  abort(error: Error): void {
    this.#drop();
    this.fail(error);
  }

  discard(): void {
    this.#drop();
    if (this.#ended) return;
    this.#ended = true;
    this.source.abandon();
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return this;
  }

  next(): Promise<IteratorResult<Buffer>> {
    const piece = this.#pieces.shift();
    if (piece) return Promise.resolve({ done: false, value: this.#taken(piece) });
    if (this.#error) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve(finished);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Buffer>> {
    this.discard();
    return Promise.resolve(finished);
  }

  #taken(piece: Buffer): Buffer {
    this.#waiting -= piece.length + pieceCost;
    if (this.#held && this.#pieces.length === 0) {
      this.#held = false;
      this.source.release();
    }
    return piece;
  }

  #drop(): void {
    this.#pieces.length = 0;
    this.#waiting = 0;
  }
}

const finished: IteratorResult<Buffer> = { done: true, value: undefined };
