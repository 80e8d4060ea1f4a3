import type { Appearance } from '../../service/publications';

type Version = Pick<Appearance, 'objectID' | 'version'>;
type Shown = ReadonlyMap<string, Appearance>;

/**
 * What lists have shown one receiver. Two of them count: the plain one of each poll, and the one with what was marked
 * received, which shows it, if it wants that, what was there when it joined.
 */
export class Seen {
  /** What the last plain list has shown, by object; undefined until it has seen one. */
  plain: Shown | undefined;
  /** What the other list has shown, and no plain one; undefined until it has seen one. */
  received: Map<string, Appearance> | undefined;
  /** If it does not want what was marked received: what only that list brought, in doubt until it is read again. */
  #doubtful: Shown | undefined;
  /** It was there when the list under way was requested; a receiver that joins later sees the next. */
  isAddressed = false;
  /** It joined when a poll may have been under way, which may not be for it: only the client knows when that began. */
  cameInBetween = false;
  /** The last list was one of such a poll. */
  hasPerhapsMissed = false;
  /** It has been shown a plain list in which nothing could be read. */
  #glimpsed = false;
  /** The same of the other list. */
  #glimpsedReceived = false;

  constructor(private readonly wantsReceived: boolean) {}

  /** It has joined, or is no longer there, and has seen nothing. */
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
    // What it no longer shows may be marked received: the other list, which comes next, decides.
    for (const [objectID, appearance] of this.plain ?? [])
      if (isOpen(appearance)) this.received?.set(objectID, appearance);
    this.plain = shown;
    // What it shows was not marked received.
    for (const objectID of shown.keys()) this.received?.delete(objectID);
  }

  /**
   * The list with what was marked received has arrived. Later ones only take away from what the first showed, except
   * for two kinds of versions, given by the parameters. A receiver that does not want such a list takes only the first
   * kind from it.
   *
   * @param has whether the flow has an object, or has asked for it: a version that came after the plain list takes its
   *   place, as it does for the siblings of this receiver.
   * @param rests whether a version rests: it is known as long as a list shows it, since another try may be requested.
   */
  showReceived(
    shown: readonly Appearance[],
    has: (objectID: string) => boolean,
    rests: (version: Version) => boolean,
  ): void {
    const { plain, received: before } = this;
    // A receiver that joined after the plain list sees this one with the next.
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

  /** A plain list had nothing that could be read: two such at the start count as having seen an empty one. */
  showNothing(): void {
    if (!this.isAddressed || this.plain) return;
    if (this.#glimpsed) this.plain = new Map();
    this.#glimpsed = true;
  }

  /** The same for the list with what was marked received. */
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

  /** Its flow has consumed this version, which no list shows any more. */
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

  /**
   * Whether it has yet to see a list that may show it the object: after the plain one, the other shows no other
   * version.
   */
  willShow({ objectID }: Pick<Appearance, 'objectID'>): boolean {
    const { plain, received } = this;
    return plain === undefined || (this.wantsReceived && !received && !plain.has(objectID));
  }

  /** Whether it may get this version because of what is in doubt: only the client knows. */
  mayShow({ objectID, version }: Version): boolean {
    return this.#doubtful?.get(objectID)?.version === version;
  }

  #shown(objectID: string): Appearance | undefined {
    return this.plain?.get(objectID) ?? this.received?.get(objectID);
  }

  /**
   * The plain list may take away what only the other one has brought to a receiver that does not want that one. It does
   * so once it is believed, which an empty one is only after the service has told its kind; and the other list may
   * bring it again.
   */
  #doubtReceived(): void {
    this.#doubtful = this.received;
    this.received = undefined;
  }
}
