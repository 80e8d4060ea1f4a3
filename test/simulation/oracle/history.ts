import type { Acknowledgement, AcknowledgeOutcome } from '../../../src/client/updates/acknowledge';
import type { ObjectMetadata } from '../../../src/protocol/metadata';
import type { Death, Plan } from '../plans/plan';
import { type Appearance, versionOf } from '../service/publications';
import type { Mark } from '../service/service';
import { type Claim, Reader } from './claims';
import { Objects } from './objects';

/** How long an object rests that a node let go of; longer each time. */
const releasePause = 10_000;

/** What a flow's message names. */
export type Named = Pick<ObjectMetadata, 'objectID' | 'instanceID' | 'deleted'>;

/** An acknowledgement that a flow asked for. */
export interface Ask {
  readonly reader: Reader;
  /** What it was handed, unless the message names something else by now. */
  readonly claim: Claim | undefined;
  readonly objectID: string;
  readonly at: number;
}

/** Everything that happened so far, seen from outside: what the service did, what flows were handed and what they said. */
export class History {
  readonly readers: readonly Reader[];
  readonly objects = new Objects();
  /** Answers of polls that arrived at the client. */
  polls = 0;
  /** Since when a version is acknowledged because all who share it have asked. */
  readonly #begun = new Map<Appearance, number>();
  /** Objects of which a flow asked to acknowledge whatever version is there. */
  readonly anyVersion = new Set<string>();
  /** What the client knew at one time it does not know at the next. */
  #memory = 0;
  readonly #memories = new Map<string, number>();

  constructor(private readonly plan: Pick<Plan, 'receivers' | 'journal'>) {
    this.readers = plan.receivers.map((receiver) => new Reader(receiver));
  }

  // The client.

  /** @param by the name that the client's requests go by. */
  started(by: string): void {
    this.#memories.set(by, this.#memory);
  }

  /** Two clients with the same memory are one to the service. Undefined for others' applications. */
  memoryOf(by: string): number | undefined {
    return this.#memories.get(by);
  }

  ended(how: Death, now: number): void {
    if (!this.plan.journal || how === 'power cut') this.#memory += 1;
    for (const reader of this.readers) {
      reader.passTime(now);
      for (const claim of reader.all()) {
        if (this.plan.journal) afterDeath(claim, how, now);
        else claim.forget(now);
        reader.changed(claim, now);
      }
      reader.open = false;
      reader.returns = true;
    }
  }

  /** @param received what is marked received at that time. */
  joined(reader: Reader, received: readonly Appearance[], now: number): void {
    reader.open = true;
    reader.returns = false;
    reader.joinedAt = now;
    reader.told.clear();
    reader.owed = reader.plan.includeReceived ? received : [];
    reader.roomSince = undefined;
    reader.look(now);
  }

  left(reader: Reader, now: number): void {
    reader.passTime(now);
    reader.open = false;
    reader.returns = true;
    for (const claim of reader.all()) {
      if (claim.standing === 'asked' || claim.standing === 'settled') continue;
      const rests =
        claim.standing === 'resting' || claim.standing === 'rejected' || claim.standing === 'free';
      claim.stand(rests ? 'free' : 'let go', now);
      claim.vague = true;
      reader.changed(claim, now);
    }
  }

  /** The answer of a poll arrived, as the service gave it. */
  told(shown: readonly Appearance[]): void {
    this.polls += 1;
    for (const { open, told } of this.readers) {
      if (open) for (const appearance of shown) told.set(appearance.objectID, appearance);
    }
  }

  // The flow.

  asks(reader: Reader, named: Named, how: Acknowledgement, anyVersion: boolean, now: number): Ask {
    const claim = reader.claim(named.objectID, versionOf(named));
    if (anyVersion) this.anyVersion.add(named.objectID);
    if (claim) {
      claim.asked.add(how);
      claim.unanswered += 1;
      claim.stand('asked', now);
      claim.begun = false;
      this.beginAcknowledging(claim.appearance, now);
      reader.changed(claim, now);
    } else {
      // It may have meant the one that it was handed, in words that do not tell.
      for (const held of reader.on(named.objectID)) held.vague = true;
    }
    return { reader, claim, objectID: named.objectID, at: now };
  }

  answered({ claim, reader }: Ask, outcome: AcknowledgeOutcome, now: number): void {
    if (!claim) return;
    const refused = outcome === 'superseded' || outcome === 'gone';
    claim.unanswered -= 1;
    if (claim.standing === 'asked') {
      if (!refused || claim.unanswered === 0) claim.stand(refused ? 'refused' : 'settled', now);
    }
    claim.polls = this.polls;
    reader.changed(claim, now);
  }

  failed({ claim, reader }: Ask, now: number): void {
    if (!claim) return;
    claim.unanswered -= 1;
    reader.changed(claim, now);
  }

  released(reader: Reader, claim: Claim, cause: 'data' | 'line', now: number): void {
    const pause = Math.min(releasePause * 2 ** claim.releases, reader.plan.redeliverAfter);
    claim.releases += 1;
    if (cause === 'data') claim.spend(now, pause);
    else claim.stand('let go', now, pause);
    reader.changed(claim, now);
  }

  /** Since when a version is acknowledged; from now on, perhaps, since somebody asked or is waited for no more. */
  beginAcknowledging(appearance: Appearance, now: number): number | undefined {
    const before = this.#begun.get(appearance);
    if (before === undefined && this.awaited(appearance).length > 0) return undefined;
    this.#begun.set(appearance, before ?? now);
    for (const reader of this.readers) {
      const claim = reader.claim(appearance.objectID, appearance.version);
      if (claim?.standing !== 'asked' || claim.begun) continue;
      claim.begun = true;
      reader.changed(claim, now);
    }
    return before ?? now;
  }

  /** Who has been told of this version, holds it or will be handed it, and has not asked. */
  awaited({ objectID, version }: Appearance): Reader[] {
    return this.readers.filter((reader) => {
      const { open, returns, plan, told } = reader;
      if (!(open || returns) || plan.observes || !reader.takes(objectID)) return false;
      const claim = reader.claim(objectID, version);
      if (!claim) return told.get(objectID)?.version === version;
      return claim.standing === 'in the flow' || claim.standing === 'let go' || claim.standing === 'refused';
    });
  }

  /** Who asked for this version's acknowledgement. */
  askers({ objectID, version }: Appearance): Claim[] {
    return this.readers
      .map((reader) => reader.claim(objectID, version))
      .filter((claim): claim is Claim => claim !== undefined && claim.asked.size > 0);
  }

  /** The same mark by this client, or by one that it remembers having been. */
  countedBefore(appearance: Appearance, mark: Mark, by: string): boolean {
    const memory = this.memoryOf(by);
    return this.objects
      .marks(appearance)
      .some((earlier) => earlier.mark === mark && this.memoryOf(earlier.by) === memory);
  }
}

function afterDeath(claim: Claim, how: Death, now: number): void {
  claim.unanswered = 0;
  if (how === 'power cut') claim.vague = true;
  if (claim.standing === 'in the flow') {
    if (how === 'closed') claim.stand('let go', now);
    else claim.spend(now);
  }
}
