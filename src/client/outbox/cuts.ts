import type { Entry } from './entry';
import type { Lines } from './lines';
import type { OutboxLog } from './log';

/** How many ended entries and dead letters are kept for what they may have left at the service. */
const mostKept = 1_000;

export interface CutsParts {
  lines: Lines;
  log: OutboxLog;
  /** Called for an entry that was kept only for its cut, and takes no room any more. */
  letGo: (entry: Entry) => void;
}

/**
 * Uploads that may have been cut: what they have left at the service stays as the tail of shorter data that follows. So
 * the next entry of the object has to know of them, whatever became of their own entries.
 */
export class Cuts {
  /** By object: an entry that has ended and is kept until something follows, or a dead letter. */
  readonly #kept = new Map<string, Entry>();

  constructor(private readonly parts: CutsParts) {}

  async inherit(entry: Entry, from: readonly Entry[]): Promise<void> {
    const bytes = Math.max(entry.followsCut, ...from.map(({ cutBytes }) => cutBytes));
    entry.isAfterDeath ||= from.some(({ cutBytes, isAfterDeath }) => cutBytes > 0 && isAfterDeath);
    if (bytes === entry.followsCut) return;
    entry.followsCut = bytes;
    await this.parts.log.mark(entry, { id: entry.id, state: entry.isCut ? 'cut' : 'follows cut', bytes });
  }

  /** Passes the cut of this entry on to the next one of its object; if there is none, this one is kept until one comes. */
  pass(entry: Entry): void {
    const next = this.parts.lines.first(entry.key);
    if (next) {
      void this.inherit(next, [entry]);
    } else {
      entry.isCut = entry.state !== 'refused';
      this.keep(entry);
    }
  }

  /** Keeps an entry that nothing has followed yet. */
  keep(entry: Entry): void {
    if (this.#kept.get(entry.key) !== entry) this.take(entry);
    this.#kept.set(entry.key, entry);
    const [oldest] = this.#kept.values();
    if (this.#kept.size > mostKept && oldest) this.#forget(oldest);
  }

  /** Passes the cut that is kept of its object, if any, on to the entry. */
  take(entry: Entry): void {
    const cut = this.#kept.get(entry.key);
    if (!cut) return;
    void this.inherit(entry, [cut]);
    this.#forget(cut);
  }

  #forget(cut: Entry): void {
    this.#kept.delete(cut.key);
    // A dead letter is kept anyway.
    if (!cut.isCut) return;
    this.parts.letGo(cut);
    void this.parts.log.mark(cut, { id: cut.id, state: 'ended' });
  }
}
