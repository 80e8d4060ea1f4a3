import type { Entry } from './entry';
import type { Lines } from './lines';
import type { OutboxLog } from './log';

/** So many are kept of entries that have ended, and dead letters, for what they have left at the service. */
const mostKept = 1_000;

export interface CutsParts {
  lines: Lines;
  log: OutboxLog;
  /** An entry that was kept for its cut alone takes no room any more. */
  letGo: (entry: Entry) => void;
}

/**
 * Uploads that may have been cut: what they have left at the service stands behind shorter data that follows. So the next entry
 * of the object has to know of them, whatever has become of theirs.
 */
export class Cuts {
  /** By their objects: ended, and kept until something follows; or a dead letter. */
  readonly #kept = new Map<string, Entry>();

  constructor(private readonly parts: CutsParts) {}

  async inherit(entry: Entry, from: readonly Entry[]): Promise<void> {
    const bytes = Math.max(entry.followsCut, ...from.map(({ cutBytes }) => cutBytes));
    entry.isAfterDeath ||= from.some(({ cutBytes, isAfterDeath }) => cutBytes > 0 && isAfterDeath);
    if (bytes === entry.followsCut) return;
    entry.followsCut = bytes;
    await this.parts.log.mark(entry, { id: entry.id, state: entry.isCut ? 'cut' : 'follows cut', bytes });
  }

  /** The next entry of the object knows of the cut of this one; where there is none, this one is kept for it. */
  pass(entry: Entry): void {
    const next = this.parts.lines.first(entry.key);
    if (next) {
      void this.inherit(next, [entry]);
    } else {
      entry.isCut = entry.state !== 'refused';
      this.keep(entry);
    }
  }

  /** Nothing has followed it yet. */
  keep(entry: Entry): void {
    if (this.#kept.get(entry.key) !== entry) this.take(entry);
    this.#kept.set(entry.key, entry);
    const [oldest] = this.#kept.values();
    if (this.#kept.size > mostKept && oldest) this.#forget(oldest);
  }

  /** The entry follows what is kept of its object. */
  take(entry: Entry): void {
    const cut = this.#kept.get(entry.key);
    if (!cut) return;
    void this.inherit(entry, [cut]);
    this.#forget(cut);
  }

  #forget(cut: Entry): void {
    this.#kept.delete(cut.key);
    // A dead letter stays one.
    if (!cut.isCut) return;
    this.parts.letGo(cut);
    void this.parts.log.mark(cut, { id: cut.id, state: 'ended' });
  }
}
