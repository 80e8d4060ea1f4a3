import type {
  Acknowledgement,
  AcknowledgeOutcome,
  ObjectMetadata,
  ObjectUpdate,
  ReceiverState,
} from '../../../src/client';
import type { VirtualClock } from '../clock';
import type { Disturbances } from '../line/faults';
import type { Log } from '../log';
import type { Death, Operation, Plan } from '../plans/plan';
import { type Appearance, nameOf, versionOf } from '../service/publications';
import type { Mark, Marker, ServiceWitness } from '../service/service';
import type { Ask, Named } from './history/asking';
import type { Claim } from './history/claim';
import { History } from './history/history';
import { Polls } from './history/polls';
import type { Reader } from './history/reader';
import { isFinal, isRefusal } from './history/refusal';
import { Answers } from './judges/answers';
import type { Bench } from './judges/bench';
import { GivingUp } from './judges/giving-up';
import { HandingOut } from './judges/handing-out';
import { Loops } from './judges/loops';
import { Marking } from './judges/marking';
import { Status } from './judges/status';
import { type Due, Unfinished } from './judges/unfinished';
import type { Rule, Violation } from './rules';

/**
 * Watches from outside what is received and acknowledged, and reports which rules (`rules.ts`) that breaks. It knows
 * nothing of how the client works: only what travels on its connection, what its flows are handed and say, and what the
 * service does.
 *
 * Each event is judged by one of `judges`, on what had happened until then, and becomes part of `history`:
 *
 *   objects   what the service has, and how it was marked
 *   readers   the receivers: what lists have shown each (`seen`), its `places`, and a `claim` for each version that its
 *             flow was handed: where that stands, what it has cost, and who still waits for what
 *   asking    what flows ask to acknowledge, and what becomes of it
 *   joint     which versions are being acknowledged, because all who share them have asked
 *   told      what lists tell
 *
 * Where only the client knows (after a power cut; where two things happen at one moment; where an answer was lost), a
 * claim is `vague` or `unsure`, and the rules that would have to know do not judge.
 */
export class Oracle implements Bench, ServiceWitness {
  readonly violations: Violation[] = [];
  readonly history: History;
  readonly forgotten = new Set<string>();
  readonly #handingOut = new HandingOut(this);
  readonly #marking = new Marking(this);
  readonly #givingUp = new GivingUp(this);
  readonly #answers = new Answers(this);
  readonly #polled = new Polls();
  readonly #status = new Status(this, this.#polled);
  readonly #unfinished = new Unfinished(this);
  readonly #loops = new Loops(this);

  constructor(
    plan: Plan,
    readonly clock: VirtualClock,
    readonly disturbances: Disturbances,
    private readonly log: Log,
  ) {
    this.history = new History(plan);
  }

  get now(): number {
    return this.clock.elapsed();
  }

  get unversioned(): number {
    return this.#marking.unversioned;
  }

  get unansweredOfSeveral(): number {
    return this.#answers.unansweredOfSeveral;
  }

  /** Enough is broken; more would tell nothing new. */
  get lost(): boolean {
    return this.#loops.areSeen || this.violations.length >= 20;
  }

  broken(rule: Rule, what: string): void {
    this.violations.push({ rule, at: this.now, what });
    this.#note(`BROKEN ${rule}: ${what}`);
  }

  reader(name: string): Reader {
    const reader = this.history.readers.find((each) => each.name === name);
    if (!reader) throw new Error(`There is no receiver ${name}`);
    return reader;
  }

  // The service.

  appeared(appearance: Appearance): void {
    this.history.objects.appeared(appearance, this.now);
  }

  disappeared(appearance: Appearance): void {
    this.history.objects.disappeared(appearance, this.now);
  }

  marked(appearance: Appearance, mark: Mark, marker: Marker): void {
    const meant = this.#marking.judge(appearance, mark, marker);
    this.history.objects.marked(appearance, { mark, by: marker.by, meant });
  }

  /** It answers a mark, and forgets it: what flows are then told about it is not true, and not the client's fault. */
  forgets(objectID: string): void {
    const appearance = this.history.objects.current(objectID);
    if (!appearance) return;
    this.#note(`service: it forgets a mark of ${appearance.name}`);
    this.forgotten.add(appearance.name);
  }

  /** An answer arrived, as the service gave it; `polled`: it was a receiver's list, not one for an acknowledgement. */
  shown(by: string, shown: readonly Appearance[], operation: Operation, polled: boolean): void {
    this.history.objects.shown(by, shown, operation === 'metadata', this.now);
    if (operation === 'list' && polled) this.history.told.plain(shown, this.now);
    if (operation === 'received list' && polled) this.history.told.received(shown, this.now);
  }

  /** The client got an answer about an object, with this status. */
  statusOf(objectID: string | undefined, status: number): void {
    if (objectID !== undefined && isFinal(status)) this.history.asking.denied(objectID);
  }

  /** The client asks for the list. */
  polls(): void {
    this.#loops.list();
  }

  /**
   * The client asks for something for its receivers.
   *
   * @param anew whether a poll begins with it.
   * @param look reports the state of the receivers.
   */
  pollBegins(anew: boolean, look: (oracle: Pick<Oracle, 'looks' | 'waits'>) => void): void {
    if (this.#polled.isQuiet(this.now)) look(this);
    if (anew) this.history.told.asked();
    this.#polled.begins(this.now, anew);
  }

  pollEnds(isWell: boolean): void {
    this.#polled.ends(isWell ? 'well' : 'badly', this.now, this.clock.now());
  }

  pollGoesOn(): void {
    this.#polled.goesOn(this.now, this.clock.now());
  }

  /** The client was not told what kind of service it asks: whatever waited for that has failed. */
  kindUnknown(): void {
    this.#polled.doubt();
  }

  looks(reader: Reader, state: ReceiverState): void {
    reader.passTime(this.now);
    this.history.joint.reconsider(this.now);
    this.#status.judge(reader, state);
  }

  /** @param told whom acknowledgements wait for, as the client says. */
  waits(told: ReadonlyMap<string, number>): void {
    this.#status.judgeWaits(told);
  }

  // The client.

  started(by: string): void {
    this.#note(`client: ${by} starts`);
    this.#polled.forget();
    this.history.started(by);
  }

  ended(how: Death): void {
    this.#note(`client: ${how}`);
    this.history.ended(how, this.now);
  }

  joined(reader: Reader, received: readonly Appearance[]): void {
    this.#note(`client: ${reader.name} joins`);
    const inBetween = !this.#polled.isOver(this.now);
    if (!this.history.readers.some(({ open }) => open)) this.#polled.mayBeginAnew();
    this.history.joined(reader, received, inBetween, this.now);
  }

  left(reader: Reader, returns: boolean): void {
    this.#note(`client: ${reader.name} leaves${returns ? ', to come again' : ''}`);
    this.history.left(reader, returns, this.now);
    // A feed that nobody reads may be begun anew.
    if (!this.history.readers.some(({ open }) => open)) this.#polled.doubt();
  }

  lostAbsent(): void {
    this.#note('client: who is not there will not come');
    this.history.lostAbsent(this.now);
  }

  // The flow.

  handed(reader: Reader, { object, attempt }: ObjectUpdate): void {
    const what = `${reader.name} is handed ${nameOf(object.objectID, versionOf(object))}, attempt ${attempt}`;
    this.#note(`flow: ${what}`);
    this.#loops.handOut(what);
    const appearance = this.history.objects.newest(object.objectID, versionOf(object));
    if (!appearance || JSON.stringify(object) !== appearance.text) {
      this.broken(
        'i: each hand-out is a copy of what the service says',
        `${what}: ${JSON.stringify(object)}`,
      );
    }
    if (!appearance) return;
    reader.passTime(this.now);
    this.history.joint.reconsider(this.now);
    this.#handingOut.judge(reader, appearance, { attempt }, what);
    this.history.hand(reader, appearance, this.now);
    this.#handingOut.window(reader, appearance, what);
  }

  asks(reader: Reader, named: Named, how: Acknowledgement, anyVersion: boolean): Ask {
    this.#note(`flow: ${reader.name} asks: ${nameOf(named.objectID, versionOf(named))} ${how}`);
    reader.passTime(this.now);
    return this.history.asking.begins(reader, named, how, anyVersion, this.now);
  }

  answered(ask: Ask, outcome: AcknowledgeOutcome): void {
    if (ask.client !== this.history.client) return;
    this.#note(`flow: ${ask.reader.name} is told that ${ask.objectID} is ${outcome}`);
    if (ask.claim) this.#answers.judge(ask, ask.claim, outcome);
    this.history.asking.answered(ask, outcome, this.now);
  }

  failed(ask: Ask, error: unknown): void {
    if (ask.client !== this.history.client) return;
    this.#note(`flow: ${ask.reader.name} is told that ${ask.objectID} failed: ${String(error)}`);
    this.history.asking.failed(ask, isRefusal(error), this.now);
  }

  released(reader: Reader, claim: Claim, cause: 'data' | 'line'): void {
    this.#note(`flow: ${reader.name} failed on ${claim.name} by the ${cause}`);
    this.history.released(reader, claim, cause, this.now);
  }

  gaveBack(reader: Reader, claim: Claim, again: number): void {
    this.#note(`flow: ${reader.name} gives back ${claim.name} for ${again}`);
    this.history.gaveBack(reader, claim, again, this.now);
  }

  rejected(reader: Reader, claim: Claim): void {
    this.#note(`flow: ${reader.name} rejects ${claim.name}`);
    this.history.rejected(reader, claim, this.now);
  }

  /** Work on it goes on: all receivers that have it wait longer. */
  renewed({ appearance }: Claim): void {
    this.#note(`flow: works on ${appearance.name}`);
    this.history.renewed(appearance, this.now);
  }

  /** A receiver reports that it no longer hands out this version. */
  gaveUp(reader: Reader, object: ObjectMetadata, attempts: number): void {
    const version = versionOf(object);
    const what = `${reader.name} gives up ${nameOf(object.objectID, version)} after ${attempts} attempts`;
    this.#note(`flow: ${what}`);
    reader.passTime(this.now);
    const appearance = this.history.objects.newest(object.objectID, version);
    this.#givingUp.judge(reader, appearance, object, attempts, what);
    // Nobody waits for it any more, even if another try is requested while the service is being asked.
    this.history.joint.reconsider(this.now);
  }

  /** @param objectID undefined if another try is requested for all objects. */
  triedAgain(objectID: string | undefined): void {
    this.history.triedAgain(objectID, this.now);
  }

  /** @param listed what the service lists, without what was marked received. */
  unfinished(listed: readonly Appearance[]): Due[] {
    return this.#unfinished.of(listed);
  }

  #note(what: string): void {
    if (this.log.on) this.log.write(what);
  }
}
