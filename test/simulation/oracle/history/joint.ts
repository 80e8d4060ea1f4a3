import type { Appearance } from '../../service/publications';
import type { Claim } from './claim';
import type { Objects } from './objects';
import type { Reader } from './reader';

/** Which versions are being acknowledged, as all receivers that share them have asked, and which wait for others. */
export class Joint {
  /**
   * Since when a version is being acknowledged because all receivers that share it have asked. By its name, since an
   * acknowledgement that has begun goes on if the version disappears for a while and comes back unchanged.
   */
  readonly #begun = new Map<string, number>();
  /**
   * Since when a version is or was being acknowledged, until it is refused or asked for anew. Receivers that come later
   * are not waited for, even if the service forgets what it has answered and is asked again.
   */
  readonly #agreed = new Map<string, number>();
  /** Versions that somebody asked for, and that wait for others. */
  readonly #joint = new Map<string, Appearance>();

  constructor(
    private readonly readers: readonly Reader[],
    private readonly objects: Objects,
  ) {}

  /**
   * The client has ended.
   *
   * @param remembers whether the next one knows what it had been asked for.
   * @returns the names of the versions that were being acknowledged, or waited for others.
   */
  end(remembers: boolean): ReadonlySet<string> {
    if (!remembers) this.#agreed.clear();
    const underWay = new Set([...this.#begun.keys(), ...this.#joint.keys()]);
    this.#begun.clear();
    this.#joint.clear();
    return underWay;
  }

  /** What was asked for goes on once lists have shown who else has a say in it. */
  goOn(appearance: Appearance): void {
    this.#joint.set(appearance.name, appearance);
  }

  /** It is no longer being acknowledged. */
  forget(appearance: Appearance): void {
    this.settle(appearance);
    this.#agreed.delete(appearance.name);
  }

  /** The service has said that it took it. */
  settle({ name }: Appearance): void {
    this.#begun.delete(name);
  }

  /** The receivers that were there when the others had agreed, and have not asked, though it is being acknowledged. */
  passedOver(appearance: Appearance): Reader[] {
    const agreed = this.#agreed.get(appearance.name) ?? Number.POSITIVE_INFINITY;
    return this.awaited(appearance).filter(({ plan }) => plan.joins <= agreed);
  }

  /** Since when a version is being acknowledged, if it is; perhaps from now on, if nobody is waited for any more. */
  begin(appearance: Appearance, now: number): number | undefined {
    const { name } = appearance;
    const before = this.#begun.get(name);
    for (const reader of this.readers) reader.passTime(now);
    const awaited = before === undefined ? this.awaited(appearance) : [];
    if (awaited.length > 0) {
      this.#joint.set(name, appearance);
      return undefined;
    }
    if (before === undefined && this.#mayBeAwaited(appearance)) {
      for (const claim of this.askers(appearance)) claim.unsure = true;
    }
    this.#joint.delete(name);
    this.#begun.set(name, before ?? now);
    if (!this.#agreed.has(name)) this.#agreed.set(name, now);
    for (const reader of this.readers) {
      const claim = reader.claim(appearance.objectID, appearance.version);
      if (claim?.standing !== 'asked' || claim.begun) continue;
      claim.begun = true;
      reader.changed(claim, now);
    }
    return before ?? now;
  }

  /** Somebody may no longer be waited for. */
  reconsider(now: number): void {
    for (const appearance of Array.from(this.#joint.values())) this.begin(appearance, now);
  }

  /** The names of those that are waited for, each with the number of objects. */
  waits(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const appearance of this.#joint.values()) {
      const isAsked = this.askers(appearance).some(
        ({ standing, unanswered }) => standing === 'asked' && unanswered > 0,
      );
      if (!isAsked) continue;
      for (const { name } of this.awaited(appearance)) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  /** The receivers that were or may still be told of this version, hold it or will be handed it, and have not asked. */
  awaited({ objectID, version }: Appearance): Reader[] {
    return this.readers.filter((reader) => {
      const { open, returns, plan } = reader;
      if (!(open || returns) || plan.observes || !reader.takes(objectID)) return false;
      const standing = reader.claim(objectID, version)?.standing ?? 'let go';
      if (standing === 'in the flow') return true;
      // It will not be handed out what no list shows it any more, unless it has yet to see the lists that it wants.
      const isTold = reader.seen.willShow({ objectID }) || reader.seen.shows({ objectID, version });
      return isTold && (standing === 'let go' || standing === 'refused');
    });
  }

  /** Whether somebody might be handed this version again: after a restart only the client knows. */
  #mayBeAwaited({ objectID, version }: Appearance): boolean {
    const order = this.objects.newest(objectID, version)?.order ?? 0;
    return this.readers.some((reader) => {
      if (reader.seen.mayShow({ objectID, version })) return true;
      const claim = reader.claim(objectID, version);
      // A receiver that joined during a poll is waited for until it has seen a list that began after it joined.
      if (!claim && reader.seen.hasPerhapsMissed && reader.takes(objectID)) return true;
      // The list with what was marked received may show it, where it was read for others.
      if (
        claim?.standing === 'let go' &&
        reader.plan.includeReceived &&
        !reader.seen.shows({ objectID, version })
      )
        return true;
      // Whether words about a version count after it disappeared and came back unchanged depends on who saw it go.
      return claim !== undefined && (claim.standing === 'free' || claim.appearance.order < order);
    });
  }

  /** The claims of the receivers that asked to acknowledge this version. */
  askers({ objectID, version }: Appearance): Claim[] {
    return this.readers
      .map((reader) => reader.claim(objectID, version))
      .filter((claim): claim is Claim => claim !== undefined && claim.asked.size > 0);
  }
}
