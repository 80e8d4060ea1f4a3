import type { ReceiverPlan } from '../plans/plan';
import type { Appearance } from '../service/publications';
import { Claim } from './claim';

/** All that is known of one receiver, over all the lives of its client. */
export class Reader {
  readonly #claims = new Map<string, Claim[]>();
  /** Those that take room, or may soon. */
  readonly #live = new Set<Claim>();
  readonly #before = new Set<Claim>();
  /** What the last poll showed, by object; nothing while it has seen none. */
  told: ReadonlyMap<string, Appearance> | undefined;
  /** It came while, perhaps, a poll was under way, which may not be for it: only the client knows when that began. */
  cameInBetween = false;
  /** The last poll was such a one. */
  isPerhapsUntold = false;
  /** A poll has shown it nothing that it could read. */
  glimpsed = false;
  /** The same of the list with what was marked received. */
  glimpsedReceived = false;
  /** What was marked received when it came, as it was told. */
  toldReceived: Map<string, Appearance> | undefined;
  /** It wants nothing that was marked received: what only the other list has brought it is in doubt until that is read again. */
  perhapsTold: ReadonlyMap<string, Appearance> | undefined;
  /** What was marked received when it came, and that it wants all the same. */
  owed: readonly Appearance[] = [];
  /** Since when there has been room for another object. */
  roomSince: number | undefined;
  open = false;
  /** It is closed, and will be there again: what it holds is still its own. */
  returns = false;
  /** It is there, or was when its process started: lists tell it what becomes of what it holds. */
  isKnown = false;
  /** It was there when the list was asked for that is on its way: who comes later sees the next. */
  sees = false;
  joinedAt = 0;

  /** @param all of its object type: their places depend on each other's. */
  constructor(
    readonly plan: ReceiverPlan,
    private readonly crowd: () => readonly Reader[],
  ) {}

  get name(): string {
    return this.plan.name;
  }

  takes(objectID: string): boolean {
    return !this.plan.refuses.includes(objectID);
  }

  /** It is there, or not any more, and has seen nothing. */
  forgetLists(): void {
    this.sees = false;
    this.isPerhapsUntold = false;
    this.glimpsed = false;
    this.glimpsedReceived = false;
    this.told = undefined;
    this.toldReceived = undefined;
    this.perhapsTold = undefined;
  }

  /** A plain list has arrived. @returns whether it was for this one. */
  isShown(): boolean {
    const wasPerhapsTooLate = this.cameInBetween;
    // What is asked for after a list has arrived belongs to another poll.
    this.cameInBetween = false;
    if (this.sees) this.isPerhapsUntold = wasPerhapsTooLate;
    return this.sees;
  }

  /** A list that broke off has shown it this, if nothing else. */
  tell(appearance: Appearance): void {
    if (this.told && !this.isTold(appearance))
      this.told = new Map(this.told).set(appearance.objectID, appearance);
    const claim = this.claim(appearance.objectID, appearance.version);
    if (claim) claim.isUnseen = false;
  }

  /** It has consumed this version, which is of no list any more. */
  consumed({ objectID, version, consumers, deleted }: Appearance): void {
    if ((consumers <= 1 || deleted) && this.toldReceived?.get(objectID)?.version === version)
      this.toldReceived.delete(objectID);
  }

  /**
   * The plain list may take away what only the other one has brought to who wants nothing of that. It does so once it
   * is believed, which one of nothing is not before the service has said its kind; and the other may bring it again.
   */
  doubtReceived(): void {
    this.perhapsTold = this.toldReceived;
    this.toldReceived = undefined;
  }

  /** Whether it may get this version, by what was in doubt: only the client knows. */
  mayBeTold({ objectID, version }: Pick<Appearance, 'objectID' | 'version'>): boolean {
    return this.perhapsTold?.get(objectID)?.version === version;
  }

  /** Whether a list shows it this version: the last, or the one with what was marked received. */
  isTold({ objectID, version }: Pick<Appearance, 'objectID' | 'version'>): boolean {
    return (this.told?.get(objectID) ?? this.toldReceived?.get(objectID))?.version === version;
  }

  /** Whether it has not seen the lists yet that may show it the object: after the plain one the other shows it no other version. */
  isToBeTold({ objectID }: Pick<Appearance, 'objectID'>): boolean {
    const { told, toldReceived } = this;
    return told === undefined || (this.plan.includeReceived && !toldReceived && !told.has(objectID));
  }

  /** Lists have shown it more: what its flow had asked for before that is in its hands now. */
  takeEarly(now: number): void {
    for (const claim of this.all()) {
      if (this.isTold(claim.appearance)) claim.isUnseen = false;
      if (!claim.early || !this.isTold(claim.appearance)) continue;
      claim.early = false;
      if (claim.standing !== 'asked') continue;
      claim.apart = false;
      this.changed(claim, now);
    }
  }

  /** Whether a list shows it another version than this. */
  isToldOther({ objectID, version }: Pick<Appearance, 'objectID' | 'version'>): boolean {
    const told = this.told?.get(objectID) ?? this.toldReceived?.get(objectID);
    return told !== undefined && told.version !== version;
  }

  /** Its claims on an object, in the order in which their versions were handed out first. */
  on(objectID: string): readonly Claim[] {
    return this.#claims.get(objectID) ?? [];
  }

  claim(objectID: string, version: string): Claim | undefined {
    return this.on(objectID).find(({ appearance }) => appearance.version === version);
  }

  all(): Claim[] {
    return Array.from(this.#claims.values()).flat();
  }

  hand(appearance: Appearance, now: number): void {
    let claim = this.claim(appearance.objectID, appearance.version);
    if (claim) claim.handed(appearance, now);
    else {
      claim = new Claim(appearance, this.plan, now);
      const claims = this.#claims.get(appearance.objectID);
      if (claims) claims.push(claim);
      else this.#claims.set(appearance.objectID, [claim]);
    }
    // Who only looks has done with it.
    if (this.plan.observes) claim.stand('settled', now);
    this.#live.add(claim);
    this.#lookAtAll(now);
  }

  /** A claim of it stands otherwise: perhaps there is room that was not there before, or none any more. */
  changed(claim: Claim, at: number): void {
    if (claim.standing === 'asked' || claim.standing === 'in the flow') this.#live.add(claim);
    if (isFromBefore(claim)) this.#before.add(claim);
    this.#lookAtAll(at);
  }

  #lookAtAll(at: number): void {
    for (const reader of this.crowd()) reader.look(at);
  }

  look(at: number): void {
    if (!this.#hasRoom()) this.roomSince = undefined;
    else this.roomSince ??= at;
  }

  /** Ends the time of those of which nothing was said for too long, in the order in which it was over. */
  passTime(now: number): void {
    const over = Array.from(this.#live).filter(
      ({ standing, until }) => standing === 'in the flow' && until <= now,
    );
    over.sort((one, other) => one.until - other.until);
    for (const claim of over) {
      const { until } = claim;
      claim.spend(until);
      this.#doubt(claim);
      this.changed(claim, until);
    }
  }

  /** A list has told it all there is: what it has let go of, and is told of no more, it may forget. */
  forgetUntold(): void {
    for (const claim of this.all())
      if (claim.standing === 'let go' || claim.standing === 'refused') this.#doubt(claim);
  }

  #doubt(claim: Claim): void {
    claim.vague ||= !this.isTold(claim.appearance);
  }

  /** Those whose acknowledgement waits for others are among them; of those before a restart nobody hears any more. */
  inFlow(): Claim[] {
    return this.held().filter(
      ({ standing, begun, isUnseen, unanswered, unsure }) =>
        standing === 'in the flow' || (!begun && unanswered > 0 && !unsure && !isUnseen),
    );
  }

  inAcknowledgement(): Claim[] {
    return this.held().filter(
      ({ standing, begun, isUnseen, unanswered }) =>
        standing === 'asked' && begun && unanswered > 0 && !isUnseen,
    );
  }

  #hasRoom(): boolean {
    const { window, observes } = this.plan;
    const asked = this.inAcknowledgement();
    const inFlow = this.inFlow().length + this.#fromBefore();
    // What has no place yet in acknowledgement with one of those that asked keeps its place in the flow with all of them.
    const queued = asked.filter(
      (claim) => claim.unsure || this.crowd().some((reader) => reader.#isCrowdedFor(claim)),
    );
    return observes || (inFlow + queued.length < window && asked.length < window);
  }

  /** Whether it has asked for a version, and for more at once than have a place. */
  #isCrowdedFor({ appearance: { objectID, version } }: Claim): boolean {
    const asked = this.inAcknowledgement();
    if (asked.length <= this.plan.window) return false;
    return asked.some(({ appearance }) => appearance.objectID === objectID && appearance.version === version);
  }

  /** What was asked for before a restart, and may wait for others still: nobody hears when it ends. */
  #fromBefore(): number {
    for (const claim of this.#before) if (!isFromBefore(claim)) this.#before.delete(claim);
    return this.#before.size;
  }

  /** What the flow has, and what is being acknowledged. */
  held(): Claim[] {
    for (const claim of this.#live) {
      const isHeld = claim.standing === 'in the flow' || (claim.standing === 'asked' && !claim.apart);
      if (!isHeld) this.#live.delete(claim);
    }
    return Array.from(this.#live);
  }
}

function isFromBefore({ standing, asked, unanswered }: Claim): boolean {
  return unanswered === 0 && asked.size > 0 && (standing === 'asked' || standing === 'free');
}
