import { SeededRandom } from '../support/random';
import { Application } from './application';
import { VirtualClock } from './clock';
import { Faults } from './line/faults';
import { Log } from './log';
import type { Due } from './oracle/judges/unfinished';
import type { Violation } from './oracle/rules';
import type { Plan, Step } from './plans/plan';
import type { Appearance } from './service/publications';
import { Rest } from './service/rest';
import { type Mark, type Marker, Service, type ServiceWitness } from './service/service';

const longestClose = 11_000;
/** The chance of an application has nothing to do with that of another. */
const seedsApart = 7_000_000;

/** A service, a line, applications with their flows, and everything that befalls them by plan. */
export class World implements ServiceWitness {
  readonly clock = new VirtualClock();
  readonly log: Log;
  readonly service: Service;
  readonly applications: readonly Application[];

  constructor(plan: Plan, logged: boolean) {
    const { clock } = this;
    this.log = new Log(clock, logged);
    this.service = new Service(clock, { kind: plan.service }, this);
    const ground = {
      clock,
      log: this.log,
      line: {
        random: new SeededRandom(plan.seed + 2),
        latency: plan.latency,
        rest: new Rest(this.service, plan),
        listens: () => this.service.up,
        faults: new Faults(plan.faults),
      },
      received: () => {
        const listed = new Set(this.service.list(false));
        return this.service.list(true).filter((each) => !listed.has(each));
      },
    };
    const others = (plan.others ?? []).map((other, index) => {
      const seed = plan.seed + (index + 1) * seedsApart;
      return new Application(` of application ${index + 2}`, { ...plan, ...other, seed }, ground);
    });
    this.applications = [new Application('', plan, ground), ...others];
    for (const step of plan.steps) clock.after(step.at, () => this.#take(step));
    for (const application of this.applications) clock.after(0, () => void application.start());
  }

  get violations(): Violation[] {
    return this.applications.flatMap(({ oracle }) => oracle.violations);
  }

  /** Enough is broken; more would tell nothing new. */
  get lost(): boolean {
    return this.applications.some(({ oracle }) => oracle.lost);
  }

  /** What has still to happen, while nothing else befalls anybody. */
  unfinished(): Due[] {
    const listed = this.service.list(false);
    return this.applications.flatMap(({ oracle }) => oracle.unfinished(listed));
  }

  /** Tells of what is not done though it could be. */
  judgeTheEnd(): void {
    const listed = this.service.list(false);
    for (const { oracle } of this.applications) {
      for (const { rule, what } of oracle.unfinished(listed)) oracle.broken(rule, `${what}, in vain`);
    }
  }

  /** Closes what runs; then nothing may be left. */
  async end(): Promise<void> {
    for (const application of this.applications) application.end();
    await this.clock.run(this.clock.elapsed() + longestClose);
  }

  appeared(appearance: Appearance): void {
    this.#note(`service: ${appearance.name} is there`);
    for (const { oracle } of this.applications) oracle.appeared(appearance);
  }

  disappeared(appearance: Appearance): void {
    this.#note(`service: ${appearance.name} is gone`);
    for (const { oracle } of this.applications) oracle.disappeared(appearance);
  }

  marked(appearance: Appearance, mark: Mark, marker: Marker): void {
    this.#note(`service: ${appearance.name} is marked ${mark} by ${marker.by}`);
    for (const { oracle } of this.applications) oracle.marked(appearance, mark, marker);
  }

  #take(step: Step): void {
    this.#note(`step: ${JSON.stringify(step)}`);
    const { service } = this;
    switch (step.does) {
      case 'publish':
        service.publish(step.object, step.consumers, step.arrival);
        return;
      case 'describe':
        service.describe(step.object);
        return;
      case 'delete':
        service.delete(step.object);
        return;
      case 'expire':
        service.expire(step.object);
        return;
      case 'mark received':
      case 'consume elsewhere': {
        const mark = step.does === 'mark received' ? 'received' : 'consumed';
        service.mark(step.object, mark, { by: 'another application' }, () => undefined);
        return;
      }
      case 'lose the cloud':
        service.loseCloud();
        this.#after(step.lasts, () => service.findCloud());
        return;
      case 'restart the service':
        service.stop();
        for (const application of this.applications) application.breakConnections();
        this.#after(step.lasts, () => service.start(step.forgets));
        return;
      case 'restart the client':
        this.applications[step.application ?? 0]?.restart(step);
        return;
      case 'deploy':
        this.applications[0]?.deploy(step);
        return;
      case 'leave':
        this.#with(step.receiver)?.leave(step.receiver, step.lasts);
        return;
      case 'go':
        this.#with(step.receiver)?.leave(step.receiver, undefined);
        return;
      case 'ring':
        this.#with(step.receiver)?.ring(step.receiver);
        return;
      case 'try again':
        for (const application of this.applications) application.tryAgain(step.object);
        return;
      case 'set the clock':
        this.clock.jump(step.by);
        return;
    }
  }

  /** Something is away for so long: that is a disturbance of its own. */
  #after(lasts: number, then: () => void): void {
    const over = this.applications.map((application) => application.disturbed());
    this.clock.after(lasts, () => {
      for (const end of over) end();
      then();
    });
  }

  #with(receiver: string): Application | undefined {
    return this.applications.find((application) => application.has(receiver));
  }

  #note(what: string): void {
    if (this.log.on) this.log.write(what);
  }
}
