import type { ReceiverPlan } from '../../plans/plan';
import type { Appearance } from '../../service/publications';
import { Claim } from './claim';
import { Places } from './places';
import { Seen } from './seen';

/** All that is known about one receiver, over all the lives of its client. */
export class Reader {
  readonly seen: Seen;
  readonly places: Places;
  readonly #claims = new Map<string, Claim[]>();
  /** What was already marked received when it joined, and it wants all the same. */
  owed: readonly Appearance[] = [];
  open = false;
  /** It is closed, and will come back: what it holds is still its own. */
  returns = false;
  /** It is there, or has left and is expected back by this client: lists tell it what becomes of what it holds. */
  isKnown = false;
  joinedAt = 0;

  /** @param crowd all receivers of its object type. */
  constructor(
    readonly plan: ReceiverPlan,
    crowd: () => readonly Reader[],
  ) {
    this.seen = new Seen(plan.includeReceived);
    this.places = new Places(plan, () => crowd().map(({ places }) => places));
  }

  get name(): string {
    return this.plan.name;
  }

  takes(objectID: string): boolean {
    return !this.plan.refuses.includes(objectID);
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
    // A receiver that only observes is done with it.
    if (this.plan.observes) claim.stand('settled', now);
    this.places.add(claim, now);
  }

  /** The standing of one of its claims has changed. */
  changed(claim: Claim, at: number): void {
    this.places.changed(claim, at);
  }

  /** Ends the time of claims about which nothing was said for too long. */
  passTime(now: number): void {
    for (const claim of this.places.over(now)) {
      const { until } = claim;
      claim.spend(until);
      this.#doubt(claim);
      this.changed(claim, until);
    }
  }

  /** A list that broke off has shown it this version, or its client got it in another way. */
  tell(appearance: Appearance): void {
    this.seen.add(appearance);
    const claim = this.claim(appearance.objectID, appearance.version);
    if (claim) claim.isUnseen = false;
  }

  /** Lists have shown it more: what its flow had asked for before that is now in its hands. */
  takeEarly(now: number): void {
    for (const claim of this.all()) {
      const isShown = this.seen.shows(claim.appearance);
      if (isShown) claim.isUnseen = false;
      if (!claim.early || !isShown) continue;
      claim.early = false;
      if (claim.standing !== 'asked') continue;
      claim.apart = false;
      this.changed(claim, now);
    }
  }

  /** A list has shown it everything: it may forget what it has let go of and lists no longer show. */
  forgetUntold(): void {
    for (const claim of this.all())
      if (claim.standing === 'let go' || claim.standing === 'refused') this.#doubt(claim);
  }

  #doubt(claim: Claim): void {
    claim.vague ||= !this.seen.shows(claim.appearance);
  }
}
