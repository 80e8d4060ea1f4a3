import type { Appearance } from '../../service/publications';

type Version = Pick<Appearance, 'objectID' | 'version'>;
type Shown = ReadonlyMap<string, Appearance>;

/**
 * What lists have shown one receiver. It goes by two of them: the plain one of each poll, and the one with what was
 * marked received, which shows it, if it wants that, what was there when it came.
 */
export class Seen {
  /** What the last plain list has shown, by object; nothing while it has seen none. */
  plain: Shown | undefined;
  /** What the other list has shown, and no plain one; nothing while it has seen none. */
  received: Map<string, Appearance> | undefined;
  /** It wants nothing that was marked received: what only that list has brought it is in doubt until that is read again. */
  #doubtful: Shown | undefined;
  /** It was there when the list was asked for that is on its way: who comes later sees the next. */
  isAddressed = false;
  /** It came while, perhaps, a poll was under way, which may not be for it: only the client knows when that began. */
  cameInBetween = false;
  /** The last list was of such a poll. */
  hasPerhapsMissed = false;
  /** It has been shown a plain list with nothing that it could read. */
  #glimpsed = false;
  /** The same of the other list. */
  #glimpsedReceived = false;

  constructor(private readonly wantsReceived: boolean) {}

  /** It is there, or not any more, and has seen nothing. */
  forget(): void {
    this.isAddressed = false;
    this.hasPerhapsMissed = false;
    this.#glimpsed = false;
    this.#glimpsedReceived = false;
    this.plain = undefined;
    this.received = undefined;
    this.#doubtful = undefined;
  }

  /** A plain list has arrived. @returns whether it was for this receiver. */
  arrives(): boolean {
    const wasPerhapsTooLate = this.cameInBetween;
    // What is asked for after a list has arrived belongs to another poll.
    this.cameInBetween = false;
    if (this.isAddressed) this.hasPerhapsMissed = wasPerhapsTooLate;
    return this.isAddressed;
  }

  /** @param isOpen whether a version is still to be acknowledged, or stays where only the other list shows it. */
  showPlain(shown: Shown, isOpen: (appearance: Appearance) => boolean): void {
    if (!this.wantsReceived) this.#doubtReceived();
    // What it shows no more may be marked received: the other list, which comes next, has the word.
    for (const [objectID, appearance] of this.plain ?? [])
      if (isOpen(appearance)) this.received?.set(objectID, appearance);
    this.plain = shown;
    // What it shows was not marked received.
    for (const objectID of shown.keys()) this.received?.delete(objectID);
  }

  /**
   * The list with what was marked received has arrived. What it has told once, later ones can only take away, but for
   * two kinds of versions. Who wants nothing of it takes from it only the first of these.
   *
   * @param has whether the flow has an object, or has asked for it: a version that came after the plain list takes its
   * place, as it does for the siblings of this receiver.
   * @param rests whether a version rests: it is known as long as a list shows it, for somebody may have it tried again.
   */
  showReceived(
    shown: readonly Appearance[],
    has: (objectID: string) => boolean,
    rests: (version: Version) => boolean,
  ): void {
    const { plain, received: before } = this;
    // Who has come after the plain list sees this one with the next.
    if (!plain) return;
    const isNews = (appearance: Appearance): boolean => {
      const { objectID } = appearance;
      const isLater = !plain.has(objectID) && has(objectID);
      if (!this.wantsReceived) return isLater;
      return before ? before.has(objectID) || rests(appearance) || isLater : !plain.has(objectID);
    };
    this.received = new Map(shown.filter(isNews).map((appearance) => [appearance.objectID, appearance]));
    this.#doubtful = undefined;
  }

  /** A plain list had nothing that could be read: whoever gets two such as its first has seen a list of nothing. */
  showNothing(): void {
    if (!this.isAddressed || this.plain) return;
    if (this.#glimpsed) this.plain = new Map();
    this.#glimpsed = true;
  }

  /** The same of the list with what was marked received. */
  showNothingReceived(): void {
    if (!this.plain || this.received || !this.wantsReceived) return;
    if (this.#glimpsedReceived) this.received = new Map();
    this.#glimpsedReceived = true;
  }

  /** A list that broke off has shown it this, if nothing else. */
  add(appearance: Appearance): void {
    if (this.plain && !this.shows(appearance))
      this.plain = new Map(this.plain).set(appearance.objectID, appearance);
  }

  /** Its flow has consumed this version, which is of no list any more. */
  consumed({ objectID, version, consumers, deleted }: Appearance): void {
    if ((consumers <= 1 || deleted) && this.received?.get(objectID)?.version === version)
      this.received.delete(objectID);
  }

  /** Whether a list shows it this version: the last, or the one with what was marked received. */
  shows({ objectID, version }: Version): boolean {
    return this.#shown(objectID)?.version === version;
  }

  /** Whether a list shows it another version than this. */
  showsOther({ objectID, version }: Version): boolean {
    const shown = this.#shown(objectID);
    return shown !== undefined && shown.version !== version;
  }

  /** Whether it has not seen the lists yet that may show it the object: after the plain one the other shows no other version. */
  willShow({ objectID }: Pick<Appearance, 'objectID'>): boolean {
    const { plain, received } = this;
    return plain === undefined || (this.wantsReceived && !received && !plain.has(objectID));
  }

  /** Whether it may get this version, by what is in doubt: only the client knows. */
  mayShow({ objectID, version }: Version): boolean {
    return this.#doubtful?.get(objectID)?.version === version;
  }

  #shown(objectID: string): Appearance | undefined {
    return this.plain?.get(objectID) ?? this.received?.get(objectID);
  }

  /**
   * The plain list may take away what only the other one has brought to who wants nothing of that. It does so once it
   * is believed, which one of nothing is not before the service has said its kind; and the other may bring it again.
   */
  #doubtReceived(): void {
    this.#doubtful = this.received;
    this.received = undefined;
  }
}
