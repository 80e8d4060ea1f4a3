import { isSyncServiceError, type Progress } from '../client';
import { type Clock, systemClock } from '../system/clock';

type Writing = Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;

/** Minimum time between two updates of the progress line, in ms. */
const shortestInterval = 200;
/** Returns to the beginning of the line, and clears it. */
const overLine = '\r\u001b[K';

/** What a command prints: its results to one stream, everything else to another, as text or as a line of JSON each. */
export class Output {
  #told = Number.NEGATIVE_INFINITY;
  #isOnLine = false;

  constructor(
    private readonly json: boolean,
    private readonly results: Writing = process.stdout,
    private readonly others: Writing = process.stderr,
    private readonly clock: Clock = systemClock,
  ) {}

  /** A result. */
  result(record: Record<string, unknown>, text: string): void {
    this.#write(this.results, this.json ? JSON.stringify(record) : text);
  }

  /** A message about what is going on. */
  note(text: string): void {
    this.#write(this.others, this.json ? JSON.stringify({ note: text }) : text);
  }

  /** @param remedy what to do about it. */
  failure(error: unknown, remedy?: string): void {
    const message = error instanceof Error ? error.message : String(error);
    const code = isSyncServiceError(error) ? { code: error.code } : {};
    const told = this.json
      ? JSON.stringify({ error: { ...code, message, remedy } })
      : [message, remedy].filter(Boolean).join('\n');
    this.#write(this.others, told);
  }

  /** The progress of a transfer: shown only on a terminal. */
  progress(name: string): Progress {
    return (bytes, total) => {
      const now = this.clock.elapsed();
      if (this.json || !this.others.isTTY || now - this.#told < shortestInterval) return;
      this.#told = now;
      this.#isOnLine = true;
      const far = total ? `${Math.floor((100 * bytes) / total)} %` : `${(bytes / 1_048_576).toFixed(1)} MiB`;
      this.others.write(`${overLine}${name} ${far}`);
    };
  }

  #write(stream: Writing, line: string): void {
    if (this.#isOnLine) this.others.write(overLine);
    this.#isOnLine = false;
    stream.write(`${line}\n`);
  }
}
