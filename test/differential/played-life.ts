import type { Step } from '../simulation/plans/plan';
import { planOf } from '../simulation/plans/planner';
import type { Mark } from '../simulation/service/service';
import { SeededRandom } from '../support/random';
import { until } from '../support/until';
import type { Played } from './played';
import { PlayedOnModel } from './played-on-model';

/** What of a plan is played; the rest is in `leftOutOfPlans`. */
type Known = Extract<
  Step,
  { does: 'publish' | 'describe' | 'delete' | 'mark received' | 'consume elsewhere' }
>;

/** What of the simulation's plans is not played on services of which time is real, and why. */
export const leftOutOfPlans: Readonly<Record<string, string>> = {
  'what befalls the line': 'it is between client and service: here nobody but the service is asked',
  'receivers and their flows':
    'the same; what they would say of objects is said by an application, by the same seed',
  'restarts of the client, power cuts, rings, leaving and going': 'the same',
  'set the clock': 'the real service has the clock of its machine',
  expire: 'an edge is not told, and shows nothing of it; the live suite waits for it',
  'restart the service': 'a real edge registers 10 s after it starts; the live suite stops and starts both',
  'lose the cloud, at the time of the plan':
    'all lives share one cloud: it goes and comes by the seed of the whole run',
  'plans of more than 40 steps':
    'they are about many objects at once, of which the service keeps each for itself',
  'how long data takes to arrive': 'everything is at rest before it is looked at',
  'a CSS without an edge': 'a plan of a CSS is played on an edge like the others',
  'while the cloud is away: questions about objects, and all marks but one of each lock':
    'who comes first at a lock is chance; and the model has 8 locks, the real one 256',
};

const marks: readonly [Mark, ...Mark[]] = ['consumed', 'consumed', 'received', 'deleted'];
const mostSteps = 40;

/** @param waiting how many marks of this life have no answer yet. */
export type IsFree = (objectID: string, waiting: number) => boolean;
const patience = 10_000;

/** One plan, played step by step on several grounds and on the model, which says what must be seen. */
export class PlayedLife {
  readonly history: string[] = [];
  /** Where the first of them parted from the others. */
  parted: string | undefined;
  readonly #model = new PlayedOnModel();
  readonly #all: readonly Played[];
  readonly #steps: Known[];
  readonly #random: SeededRandom;
  /** What is published, with its consumers. */
  readonly #published = new Map<string, number>();
  /** What was said and is not answered yet. */
  #said: { what: string; statuses: Promise<number[]> }[] = [];
  #version = 0;

  constructor(
    readonly seed: number,
    grounds: readonly Played[],
  ) {
    this.#all = [this.#model, ...grounds];
    this.#random = new SeededRandom(seed);
    this.#steps = stepsOf(seed);
  }

  get goesOn(): boolean {
    return this.#steps.length > 0 && this.parted === undefined;
  }

  loseCloud(): void {
    this.history.push('the cloud goes');
    this.#model.loseCloud();
  }

  findCloud(): void {
    this.history.push('the cloud comes back');
    this.#model.findCloud();
  }

  /**
   * Takes the next step of the plan: what the cloud has to do waits for it.
   *
   * @param isFree whether the lock of an object is free, while the cloud is away.
   */
  async step(cloudIsAway: boolean, isFree: IsFree): Promise<void> {
    const [step] = this.#steps;
    if (!step || this.parted !== undefined) return;
    if (step.does === 'mark received') this.#say(step.object, 'received', isFree);
    else if (step.does === 'consume elsewhere') this.#say(step.object, 'consumed', isFree);
    else if (cloudIsAway) return;
    else await this.#take(step);
    this.#steps.shift();
  }

  /** Now and then an application says something of an object. */
  say(isFree: IsFree): void {
    if (this.parted !== undefined || this.#random.below(2) === 0) return;
    const [first, ...others] = Array.from(this.#published.keys()).toSorted();
    if (first === undefined) return;
    this.#say(this.#random.pick([first, ...others]), this.#random.pick(marks), isFree);
  }

  /** Waits for what has to be answered. */
  async answered(): Promise<void> {
    for (const { what, statuses } of this.#said.splice(0)) this.#judge(what, await statuses);
  }

  /** Compares what is seen, as soon as it has come to that. */
  async compare(cloudIsAway: boolean): Promise<void> {
    if (this.parted !== undefined) return;
    let seen: string[] = [];
    const look = async (): Promise<boolean> => {
      seen = await Promise.all(this.#all.map((played) => played.seen(cloudIsAway)));
      return areSame(seen);
    };
    await until('all see the same', look, patience).catch(() => undefined);
    this.#judge('what is seen', seen);
  }

  /** Does away with what it leaves. */
  async end(): Promise<void> {
    for (const object of this.#published.keys()) for (const played of this.#all) await played.delete(object);
  }

  #judge(what: string, found: readonly unknown[]): void {
    if (this.parted === undefined && !areSame(found)) this.parted = `${what}\n    ${found.join('\n    ')}`;
  }

  async #take({ does, object, ...step }: Known): Promise<void> {
    const consumers = 'consumers' in step ? step.consumers : this.#published.get(object);
    if (consumers === undefined) return;
    this.history.push(`${does} ${object}, consumers ${consumers}`);
    if (does === 'delete') this.#published.delete(object);
    else {
      this.#published.set(object, consumers);
      this.#version += 1;
    }
    for (const played of this.#all) {
      if (does === 'publish') await played.publish(object, consumers, this.#version);
      else if (does === 'describe') await played.describe(object, consumers, this.#version);
      else await played.delete(object);
    }
  }

  /** While the cloud is away, only one: on the model others may wait for it. */
  #say(object: string, mark: Mark, isFree: IsFree): void {
    if (!isFree(object, this.#said.length)) return;
    const what = `PUT ${object} ${mark}`;
    this.history.push(what);
    this.#said.push({ what, statuses: Promise.all(this.#all.map((played) => played.mark(object, mark))) });
  }
}

function stepsOf(seed: number): Known[] {
  const known = planOf(seed).steps.filter(isKnown);
  return known.length > mostSteps ? [] : known;
}

function isKnown(step: Step): step is Known {
  return ['publish', 'describe', 'delete', 'mark received', 'consume elsewhere'].includes(step.does);
}

function areSame(found: readonly unknown[]): boolean {
  return found.every((each) => each === found[0]);
}
