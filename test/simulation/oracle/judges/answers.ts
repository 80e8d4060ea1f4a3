import type { AcknowledgeOutcome } from '../../../../src/client';
import type { Ask } from '../history/asking';
import type { Claim } from '../history/claim';
import type { Bench } from './bench';

/** Judges what flows are told about their requests: whether it is true, and in time. */
export class Answers {
  /** How many acknowledgements of versions with several consumers were not answered: rule b cannot demand these. */
  unansweredOfSeveral = 0;

  constructor(private readonly bench: Bench) {}

  judge(ask: Ask, claim: Claim, outcome: AcknowledgeOutcome): void {
    this.#toldTheTruth(ask, claim, outcome);
    this.#answeredInTime(ask, claim);
  }

  #toldTheTruth(ask: Ask, claim: Claim, outcome: AcknowledgeOutcome): void {
    const { appearance } = claim;
    const { objects } = this.bench.history;
    // If it changed while it was asked for, either answer will do.
    if (!objects.stayed(appearance, ask.at) || this.bench.forgotten.has(appearance.name)) return;
    const what = `${ask.reader.name} is told that ${appearance.name} is ${outcome}`;
    if (outcome === 'superseded') {
      if (!this.bench.disturbances.lied(appearance.objectID))
        this.bench.broken('e: what the flow is told is true', `${what}; it is not`);
    } else if (outcome === 'gone')
      this.bench.broken('e: what the flow is told is true', `${what}; it is there`);
    // An application that marks it received does so for all of them.
    else if (
      !objects
        .marks(appearance)
        .some(
          ({ by, mark }) =>
            this.bench.history.memoryOf(by) !== undefined || (mark === outcome && mark === 'received'),
        )
    ) {
      // One acknowledgement of a deletion is enough, so it may be asked for again.
      if (appearance.consumers > 1 && !appearance.deleted) this.unansweredOfSeveral += 1;
      else this.bench.broken('e: what the flow is told is true', `${what}; the service does not know of it`);
    }
  }

  #answeredInTime(ask: Ask, { appearance, begun, unsure }: Claim): void {
    const isAny = this.bench.history.asking.anyVersion.has(appearance.objectID);
    const since =
      begun && !unsure && !isAny ? this.bench.history.joint.begin(appearance, this.bench.now) : undefined;
    if (since === undefined) return;
    const deadline = this.bench.disturbances.deadline(Math.max(since, ask.at));
    if (this.bench.now > deadline) {
      const what = `${ask.reader.name} asked for ${appearance.name} at ${ask.at} and is answered`;
      this.bench.broken('f: in time', `${what} at ${this.bench.now}, not at ${deadline}`);
    }
  }
}
