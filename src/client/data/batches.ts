const batchSize = 1_048_576;

/** Collects small pieces into large ones for a disk: one is written while the next is filled, and no others are in memory. */
export class Batches {
  #filling: Buffer;
  #other: Buffer;
  #filled = 0;
  #writing: Promise<void> = Promise.resolve();

  /** @param expected how many bytes come, where that is known: fewer need less memory. */
  constructor(
    private readonly write: (batch: Buffer) => Promise<void>,
    expected: number | undefined,
  ) {
    const size = Math.max(1, Math.min(batchSize, expected ?? batchSize));
    this.#filling = Buffer.allocUnsafeSlow(size);
    this.#other = Buffer.allocUnsafeSlow(size);
  }

  /** Resolves when there is room for more; rejects with the failure of what was written before. */
  async add(piece: Buffer): Promise<void> {
    for (let taken = 0; taken < piece.length; ) {
      const part = piece.subarray(taken, taken + this.#filling.length - this.#filled);
      this.#filling.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === this.#filling.length) await this.#flush();
    }
  }

  /** Resolves when all is written. */
  async end(): Promise<void> {
    if (this.#filled > 0) await this.#flush();
    await this.#writing;
  }

  /** Resolves when nothing is being written any more, whatever became of it. */
  async settle(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }

  async #flush(): Promise<void> {
    await this.#writing;
    const batch = this.#filling.subarray(0, this.#filled);
    [this.#filling, this.#other] = [this.#other, this.#filling];
    this.#filled = 0;
    this.#writing = this.write(batch);
    // It may fail while nobody awaits it: the failure is reported with the next batch, or at the end.
    this.#writing.catch(() => undefined);
  }
}
