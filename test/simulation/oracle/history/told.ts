import type { Appearance } from '../../service/publications';
import type { Claim } from './claim';
import type { Joint } from './joint';
import type { Reader } from './reader';

type Standing = Claim['standing'];

/** What lists tell all receivers of a client; what each has seen so far, it keeps itself. */
export class Told {
  /** How many answers of polls arrived at the client. */
  polls = 0;

  constructor(
    private readonly readers: readonly Reader[],
    private readonly joint: Joint,
  ) {}

  /** A poll requests its list. It is not for a receiver that joins while it is under way: that one's is the next. */
  asked(): void {
    for (const { isKnown, seen } of this.readers) seen.isAddressed = isKnown;
  }

  /** The answer of a poll arrived, as the service gave it. */
  plain(shown: readonly Appearance[], now: number): void {
    this.polls += 1;
    const byID = new Map(shown.map((appearance) => [appearance.objectID, appearance]));
    for (const reader of this.#known()) {
      const { seen } = reader;
      if (!seen.arrives()) continue;
      seen.showPlain(byID, (appearance) => isOpen(reader, appearance));
      reader.takeEarly(now);
      reader.forgetUntold();
    }
    this.joint.reconsider(now);
  }

  /** The same, with what was marked received. */
  received(shown: readonly Appearance[], now: number): void {
    for (const reader of this.#known()) {
      const { seen } = reader;
      // It knows nothing of what it was asked for before a restart until a list has shown it.
      const has = (objectID: string): boolean =>
        reader
          .on(objectID)
          .some(
            ({ isUnseen, standing }) => (standing === 'asked' && !isUnseen) || standing === 'in the flow',
          );
      seen.showReceived(shown, has, (version) => stands(reader, version, 'rejected', 'resting'));
      reader.takeEarly(now);
    }
    this.joint.reconsider(now);
  }

  /** The answer of a poll had nothing that could be read. */
  nothing(now: number): void {
    this.polls += 1;
    for (const { seen } of this.#known()) seen.showNothing();
    this.joint.reconsider(now);
  }

  /** The same for the list with what was marked received. */
  nothingReceived(now: number): void {
    for (const { seen } of this.#known()) seen.showNothingReceived();
    this.joint.reconsider(now);
  }

  /** The answer of a poll broke off after these. */
  partly(shown: readonly Appearance[]): void {
    for (const reader of this.#known()) for (const appearance of shown) reader.tell(appearance);
  }

  #known(): Reader[] {
    return this.readers.filter(({ isKnown }) => isKnown);
  }
}

/**
 * Whether it is still to be acknowledged; or was acknowledged, but stays where only the other list shows it, marked
 * received or for other consumers. A version that comes after the plain list then takes its place, too.
 */
function isOpen(reader: Reader, { consumers, deleted, objectID, version }: Appearance): boolean {
  const claim = reader.claim(objectID, version);
  if (claim?.standing === 'settled') return claim.taken === 'received' || (consumers > 1 && !deleted);
  return claim?.standing !== 'asked';
}

function stands(
  reader: Reader,
  { objectID, version }: Pick<Appearance, 'objectID' | 'version'>,
  ...standings: readonly Standing[]
): boolean {
  const claim = reader.claim(objectID, version);
  return claim !== undefined && standings.includes(claim.standing);
}
