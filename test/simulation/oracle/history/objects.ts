import type { Appearance } from '../../service/publications';
import type { Mark } from '../../service/service';

/** How long after a check its mark may go out, in ms: the service must first be known to be of the right kind. */
const longestRequest = 45_000;

interface Span {
  from: number;
  until: number | undefined;
}

interface Marking {
  mark: Mark;
  by: string;
  /** It was for this version that somebody asked, not for the one before. */
  meant: boolean;
}

/** What the service did with its objects, as far as the rules need it. */
export class Objects {
  readonly #current = new Map<string, Appearance>();
  readonly #newest = new Map<string, Appearance>();
  readonly #spans = new Map<Appearance, Span>();
  readonly #marks = new Map<Appearance, Marking[]>();
  readonly #known = new Map<string, { appearance: Appearance; until: number }>();

  appeared(appearance: Appearance, now: number): void {
    this.#current.set(appearance.objectID, appearance);
    this.#newest.set(keyOf(appearance), appearance);
    this.#spans.set(appearance, { from: now, until: undefined });
  }

  disappeared(appearance: Appearance, now: number): void {
    const span = this.#spans.get(appearance);
    if (span) span.until = now;
    if (this.#current.get(appearance.objectID) === appearance) this.#current.delete(appearance.objectID);
  }

  /** What is there, listed or marked received. */
  current(objectID: string): Appearance | undefined {
    return this.#current.get(objectID);
  }

  /** The latest appearance of this version. */
  newest(objectID: string, version: string): Appearance | undefined {
    return this.#newest.get(keyOf({ objectID, version }));
  }

  listedAt(appearance: Appearance): number {
    return this.#spans.get(appearance)?.from ?? 0;
  }

  /** Whether this, and nothing else, was there from `since` until now. */
  stayed(appearance: Appearance, since: number): boolean {
    const span = this.#spans.get(appearance);
    return span !== undefined && span.until === undefined && span.from <= since;
  }

  marked(appearance: Appearance, marking: Marking): void {
    const marks = this.#marks.get(appearance) ?? [];
    marks.push(marking);
    this.#marks.set(appearance, marks);
  }

  marks(appearance: Appearance): readonly Marking[] {
    return this.#marks.get(appearance) ?? [];
  }

  /** @param alone whether the object itself was queried: for a while the client goes by that, whatever lists show. */
  shown(by: string, shown: readonly Appearance[], alone: boolean, now: number): void {
    for (const appearance of shown) {
      const key = `${by} ${appearance.objectID}`;
      const known = this.#known.get(key);
      if (!alone && known && now < known.until) continue;
      this.#known.set(key, { appearance, until: alone ? now + longestRequest : now });
    }
  }

  /** What a client was last told about an object. */
  known(by: string, objectID: string): Appearance | undefined {
    return this.#known.get(`${by} ${objectID}`)?.appearance;
  }

  /** A client has marked what it had queried, or will not: from then on it goes by what it is told next. */
  used(by: string, objectID: string): void {
    const known = this.#known.get(`${by} ${objectID}`);
    if (known) known.until = 0;
  }
}

function keyOf({ objectID, version }: Pick<Appearance, 'objectID' | 'version'>): string {
  return `${objectID} ${version}`;
}
