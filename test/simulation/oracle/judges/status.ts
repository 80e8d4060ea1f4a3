import type { ReceiverState } from '../../../../src/client';
import type { Claim } from '../history/claim';
import type { Polls } from '../history/polls';
import type { Reader } from '../history/reader';
import type { Bench } from './bench';

/** How often a request is tried at most before it has failed. */
const mostTries = 4;

/** Judges the state that receivers report, and whom acknowledgements are reported to wait for. */
export class Status {
  constructor(
    private readonly bench: Bench,
    private readonly polls: Polls,
  ) {}

  /** Called while no request is under way. */
  judge(reader: Reader, state: ReceiverState): void {
    this.#polled(reader, state);
    if (reader.plan.observes) return;
    this.#full(reader, state);
    const claims = reader.all();
    if (claims.some((claim) => this.#isUnsure(claim))) return;
    // Only the client knows which of them already have a place in acknowledgement.
    const held = [...reader.places.inFlow(), ...reader.places.inAcknowledgement()];
    this.#counted(reader, 'what it holds', state.inFlight + state.acknowledging, held);
    const resting = claims.filter(({ standing }) => standing === 'resting');
    // What no list shows any more is forgotten sooner or later, and counts as new when it comes again.
    const { objects } = this.bench.history;
    const told = resting.filter(
      ({ appearance }) =>
        reader.seen.shows(appearance) && objects.current(appearance.objectID) === appearance,
    );
    if (state.exhausted < told.length || state.exhausted > resting.length)
      this.#counted(reader, 'exhausted', state.exhausted, told);
  }

  /** @param told the names of those that are waited for, each with the number of objects. */
  judgeWaits(told: ReadonlyMap<string, number>): void {
    const { readers, joint } = this.bench.history;
    if (readers.some((reader) => reader.all().some((claim) => this.#isUnsure(claim)))) return;
    // A receiver that does not take an object is waited for until its lists were read: the client knows only then.
    if (readers.some(({ plan, seen }) => plan.refuses.length > 0 && !(seen.plain && seen.received))) return;
    const expected = joint.waits();
    const names = new Set([...told.keys(), ...expected.keys()]);
    for (const name of names) {
      const [is, should] = [told.get(name) ?? 0, expected.get(name) ?? 0];
      if (is !== should) this.#broken(`${name} is waited for with ${is} objects, not ${should}`);
    }
  }

  #polled({ name }: Reader, { error, lastSuccess, phase }: ReceiverState): void {
    const { badly, last } = this.polls;
    if ((phase === 'backing-off') !== (error !== undefined))
      this.#broken(`${name} is ${phase}, and its error ${error?.code}`);
    const isConnected = phase === 'connected' || phase === 'full';
    const isTrue = last === 'well' ? isConnected : badly < mostTries || phase === 'backing-off';
    if (!isTrue) this.#broken(`${name} is ${phase}, and its last poll went ${last}`);
    if (last === 'unsure' || !this.polls.isSuccessKnown) return;
    if (!this.polls.successes.includes(lastSuccess))
      this.#broken(`${name} polled well at ${lastSuccess}, not at ${this.polls.successes.join(' or ')}`);
  }

  #full({ name, plan }: Reader, { acknowledging, inFlight, phase }: ReceiverState): void {
    const isFull = inFlight >= plan.window || acknowledging >= plan.window;
    if ((phase === 'connected' || phase === 'full') && isFull !== (phase === 'full'))
      this.#broken(
        `${name} is ${phase} with ${inFlight} in the flow and ${acknowledging} in acknowledgement`,
      );
  }

  #counted({ name }: Reader, what: string, is: number, claims: readonly Claim[]): void {
    if (is !== claims.length)
      this.#broken(
        `${name}: ${what} is ${is}, not ${claims.length}: ${claims.map((each) => each.name).join(', ')}`,
      );
  }

  /** Whether it changes at this very moment, or something about it is known only to the client. */
  #isUnsure(claim: Claim): boolean {
    const { appearance, apart, denied, late, since, standing, until, unanswered, unsure, vague } = claim;
    const { now } = this.bench;
    const isOfNobody = (standing === 'asked' && unanswered === 0) || standing === 'free';
    const isNow = since === now || (standing === 'in the flow' && until <= now);
    const isAny = this.bench.history.asking.anyVersion.has(appearance.objectID);
    const isForgotten = this.bench.forgotten.has(appearance.name);
    return isForgotten || apart || denied || late || unsure || vague || isOfNobody || isNow || isAny;
  }

  #broken(what: string): void {
    this.bench.broken('i: the status tells the truth', what);
  }
}
