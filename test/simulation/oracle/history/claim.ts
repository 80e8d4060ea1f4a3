import type { Acknowledgement, AcknowledgeOutcome } from '../../../../src/client';
import type { ReceiverPlan } from '../../plans/plan';
import type { Appearance } from '../../service/publications';

/**
 * `in the flow`: handed out, and nothing said. `asked`: its acknowledgement is the feed's. `settled`: it was
 * acknowledged. `let go`: has to be handed out again. `refused`: likewise, once a poll has shown it, since the service
 * or the line was the cause. `free`: may be handed out again, and need not.
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

/** One version of an object in the hands of one receiver's flow, by all that was said of it. */
export class Claim {
  standing: Standing = 'in the flow';
  /** When it took this standing. */
  since: number;
  /** In the flow: when its time is over. Let go: when it is due. */
  until: number;
  /** Attempts that the flow or the data caused; the next hand-out is one more. */
  spent = 0;
  releases = 0;
  /** The most that were spent before somebody had it tried again: what a power cut may bring back. */
  mostSpent = 0;
  /** It rests, and its receiver has told so. */
  isToldGivenUp = false;
  /** Somebody had it tried again, and it was not handed out since. */
  isTriedAgain = false;
  /** The last that was heard of it has spent an attempt. */
  charged = false;
  /** How often its acknowledgement was refused. */
  refusals = 0;
  /** The service said no to what only a process before this one was asked for: perhaps that was the end of it. */
  denied = false;
  /** How many acknowledgements of it were not answered yet. */
  unanswered = 0;
  /** It may wait for others, or not. */
  unsure = false;
  /** It was asked for after it was let go, and its receiver was told of another version since: it stands by itself. */
  apart = false;
  /** It was asked for before lists could show it to its receiver, which has it in hand as soon as one does. */
  early = false;
  /** It was asked for after it was let go: it takes a place that perhaps nobody had for it. */
  late = false;
  /** It was asked for before a restart, and no list has shown it since: until one does nobody has a place for it. */
  isUnseen = false;
  /** All who share the object have asked: it is being acknowledged. */
  begun = false;
  readonly asked = new Set<Acknowledgement>();
  /** How it was acknowledged. */
  taken: AcknowledgeOutcome | undefined;
  /** How many polls had arrived when it was refused. */
  polls = 0;
  /** A power cut leaves open which attempt the next one is: that one more, or none of them. */
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

  /** An attempt was in vain: it may come again, or rests when it was the last. */
  spend(at: number, pause = 0): void {
    this.spent += 1;
    this.charged = true;
    this.stand(this.spent >= this.plan.maxAttempts ? 'resting' : 'let go', at, pause);
  }

  /** Somebody wants its attempts and rests forgotten. */
  tryAgain(now: number): void {
    this.mostSpent = Math.max(this.mostSpent, this.spent);
    this.spent = 0;
    this.charged = false;
    this.releases = 0;
    this.refusals = 0;
    // Whether it rests after a power cut only the client knows.
    if (this.standing === 'free') this.stand('free', now);
    if (!rests.has(this.standing)) return;
    this.isTriedAgain = true;
    this.stand('let go', now);
  }

  /** Nobody remembers anything of it. */
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
