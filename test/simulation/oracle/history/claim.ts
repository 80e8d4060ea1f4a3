import type { Acknowledgement, AcknowledgeOutcome } from '../../../../src/client';
import type { ReceiverPlan } from '../../plans/plan';
import type { Appearance } from '../../service/publications';

/**
 * `in the flow`: handed out, and nothing said since. `asked`: the feed is to acknowledge it. `settled`: it was
 * acknowledged. `let go`: must be handed out again. `refused`: likewise, but only after a poll has shown it, since the
 * service or the connection was the cause. `free`: may be handed out again, but need not.
 */
export type Standing =
  | 'in the flow'
  | 'asked'
  | 'refused'
  | 'settled'
  | 'let go'
  | 'free'
  | 'rejected'
  | 'resting';

/** One version of an object in the hands of one receiver's flow, with all that was said about it. */
export class Claim {
  standing: Standing = 'in the flow';
  /** When it took this standing. */
  since: number;
  /** In the flow: when its time is up. Let go: when it is due. */
  until: number;
  /** Attempts that the flow or the data caused; the next hand-out is one more. */
  spent = 0;
  releases = 0;
  /** The most attempts spent before somebody requested another try: a power cut may bring that number back. */
  mostSpent = 0;
  /** It rests, and its receiver has reported that. */
  isToldGivenUp = false;
  /** Another try was requested, and it has not been handed out since. */
  isTriedAgain = false;
  /** An attempt was spent since it was last handed out. */
  charged = false;
  /** How often its acknowledgement was refused. */
  refusals = 0;
  /** The service refused what only an earlier process was asked for: that may have ended it. */
  denied = false;
  /** How many requests to acknowledge it are not answered yet. */
  unanswered = 0;
  /** It is unknown whether it waits for others. */
  unsure = false;
  /** It was asked for after it was let go, when lists no longer showed it to its receiver: it takes no place. */
  apart = false;
  /** It was asked for before lists could show it to its receiver, which has it in hand as soon as one does. */
  early = false;
  /** It was asked for after it was let go: it takes a place that may not have been free. */
  late = false;
  /** It was asked for before a restart, and no list has shown it since: until one does it takes no place. */
  isUnseen = false;
  /** All receivers that share the object have asked: it is being acknowledged. */
  begun = false;
  readonly asked = new Set<Acknowledgement>();
  /** How it was acknowledged. */
  taken: AcknowledgeOutcome | undefined;
  /** How many polls had arrived when it was refused. */
  polls = 0;
  /** A power cut leaves it open which attempt comes next: the last one may have been noted, or none. */
  vague = false;
  handedAt: number;

  constructor(
    public appearance: Appearance,
    private readonly plan: ReceiverPlan,
    now: number,
  ) {
    this.handedAt = now;
    this.since = now;
    this.until = now + plan.redeliverAfter;
  }

  stand(standing: Standing, at: number, pause = 0): void {
    if (standing !== 'resting') this.isToldGivenUp = false;
    this.standing = standing;
    this.since = at;
    this.until = at + pause;
  }

  handed(appearance: Appearance, now: number): void {
    this.appearance = appearance;
    this.handedAt = now;
    this.charged = false;
    this.apart = false;
    this.early = false;
    this.late = false;
    this.isUnseen = false;
    this.unsure = false;
    this.denied = false;
    this.isTriedAgain = false;
    this.stand('in the flow', now, this.plan.redeliverAfter);
  }

  /** An attempt failed: it may come again, or rests if it was the last. */
  spend(at: number, pause = 0): void {
    this.spent += 1;
    this.charged = true;
    this.stand(this.spent >= this.plan.maxAttempts ? 'resting' : 'let go', at, pause);
  }

  /** Somebody requests another try: attempts and rests are forgotten. */
  tryAgain(now: number): void {
    this.mostSpent = Math.max(this.mostSpent, this.spent);
    this.spent = 0;
    this.charged = false;
    this.releases = 0;
    this.refusals = 0;
    // After a power cut only the client knows whether it rests.
    if (this.standing === 'free') this.stand('free', now);
    if (!rests.has(this.standing)) return;
    this.isTriedAgain = true;
    this.stand('let go', now);
  }

  /** Nothing about it is remembered. */
  forget(now: number): void {
    this.spent = 0;
    this.charged = false;
    this.releases = 0;
    this.refusals = 0;
    this.unanswered = 0;
    this.vague = false;
    this.isUnseen = false;
    this.stand('let go', now);
  }

  get name(): string {
    return `${this.appearance.name} (${this.standing})`;
  }
}

const rests: ReadonlySet<Standing> = new Set(['resting', 'rejected', 'let go', 'refused']);
