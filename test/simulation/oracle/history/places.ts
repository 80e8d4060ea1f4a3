import type { ReceiverPlan } from '../../plans/plan';
import type { Claim } from './claim';

/**
 * Which objects take a place at one receiver: as many as its window may be in the flow, and as many more in
 * acknowledgement.
 */
export class Places {
  /** Those that take a place, or may soon. */
  readonly #live = new Set<Claim>();
  readonly #before = new Set<Claim>();
  /** Since when there has been room for another object. */
  freeSince: number | undefined;

  /** @param crowd those of all receivers of the object type: an acknowledgement needs one at each that has asked. */
  constructor(
    private readonly plan: Pick<ReceiverPlan, 'observes' | 'window'>,
    private readonly crowd: () => readonly Places[],
  ) {}

  /** A claim is handed out. */
  add(claim: Claim, now: number): void {
    this.#live.add(claim);
    this.#lookAtAll(now);
  }

  /** The standing of a claim has changed: there may be room now, or none any more. */
  changed(claim: Claim, at: number): void {
    if (claim.standing === 'asked' || claim.standing === 'in the flow') this.#live.add(claim);
    if (isFromBefore(claim)) this.#before.add(claim);
    this.#lookAtAll(at);
  }

  look(at: number): void {
    if (!this.#hasRoom()) this.freeSince = undefined;
    else this.freeSince ??= at;
  }

  /** The claims in the flow whose time is up, in the order in which it ran out. */
  over(now: number): Claim[] {
    return Array.from(this.#live)
      .filter(({ standing, until }) => standing === 'in the flow' && until <= now)
      .sort((one, other) => one.until - other.until);
  }

  /** What the flow has, and what is being acknowledged. */
  held(): Claim[] {
    for (const claim of this.#live) {
      const isHeld = claim.standing === 'in the flow' || (claim.standing === 'asked' && !claim.apart);
      if (!isHeld) this.#live.delete(claim);
    }
    return Array.from(this.#live);
  }

  /** Includes those whose acknowledgement waits for others, but not those asked for before a restart. */
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

  #lookAtAll(at: number): void {
    for (const places of this.crowd()) places.look(at);
  }

  #hasRoom(): boolean {
    const { window, observes } = this.plan;
    const asked = this.inAcknowledgement();
    const inFlow = this.inFlow().length + this.#fromBefore();
    // What has no place in acknowledgement yet at one of those that asked keeps its place in the flow at all of them.
    const queued = asked.filter(
      (claim) => claim.unsure || this.crowd().some((places) => places.#isCrowdedFor(claim)),
    );
    return observes || (inFlow + queued.length < window && asked.length < window);
  }

  /** Whether a version is asked for here, among more at once than have a place. */
  #isCrowdedFor({ appearance: { objectID, version } }: Claim): boolean {
    const asked = this.inAcknowledgement();
    if (asked.length <= this.plan.window) return false;
    return asked.some(({ appearance }) => appearance.objectID === objectID && appearance.version === version);
  }

  /** How many were asked for before a restart, and may still wait for others: nobody hears when they end. */
  #fromBefore(): number {
    for (const claim of this.#before) if (!isFromBefore(claim)) this.#before.delete(claim);
    return this.#before.size;
  }
}

function isFromBefore({ standing, asked, unanswered }: Claim): boolean {
  return unanswered === 0 && asked.size > 0 && (standing === 'asked' || standing === 'free');
}
