import { SeededRandom } from '../support/random';
import { VirtualClock } from './clock';
import { Computer } from './computer';
import { Flow } from './flow';
import type { LineParts } from './line/call';
import { Disturbances, Faults } from './line/faults';
import { Log } from './log';
import { Oracle } from './oracle/oracle';
import type { Reader } from './oracle/reader';
import type { Plan, Step } from './plans/plan';
import { Process } from './process';
import { objectType } from './service/publications';
import { objectOf, operationOf, Rest } from './service/rest';
import { Service } from './service/service';

const longestClose = 10_000;

/** A service, a line, a client and its flows, and everything that befalls them by plan. */
export class World {
  readonly clock = new VirtualClock();
  readonly log: Log;
  readonly oracle: Oracle;
  readonly service: Service;
  readonly #disturbances: Disturbances;
  readonly #parts: LineParts;
  readonly #flows = new Map<string, Flow>();
  readonly #gone = new Set<string>();
  readonly #computer: Computer;
  #process: Process | undefined;
  #processes = 0;

  constructor(
    private readonly plan: Plan,
    logged: boolean,
  ) {
    this.log = new Log(this.clock, logged);
    this.#disturbances = new Disturbances(patienceOf(plan));
    this.oracle = new Oracle(plan, this.clock, this.#disturbances, this.log);
    this.service = new Service(this.clock, { kind: plan.service }, this.oracle);
    this.#computer = new Computer(new SeededRandom(plan.seed + 3));
    this.#parts = {
      clock: this.clock,
      random: new SeededRandom(plan.seed + 2),
      latency: plan.latency,
      rest: new Rest(this.service, plan),
      listens: () => this.service.up,
      faults: new Faults(plan.faults),
      disturbances: this.#disturbances,
      log: this.log,
      onSend: (asked) => {
        const { objects } = this.oracle.history;
        const objectID = objectOf(asked) ?? '';
        asked.knew = objects.known(asked.by, objectID);
        const operation = operationOf(asked);
        if (operation === 'mark') objects.used(asked.by, objectID);
        if (operation === 'list') this.oracle.polls();
      },
      onForgotten: (asked) => this.oracle.forgets(objectOf(asked) ?? ''),
      onStatus: (asked, status) => {
        if (asked.by === this.#process?.name) this.oracle.statusOf(objectOf(asked), status);
      },
      onStrangeList: (asked) => {
        if (asked.by === this.#process?.name && operationOf(asked) === 'list') {
          this.oracle.history.told.nothing(this.clock.elapsed());
        }
      },
      onText: (asked, lane, { shows }, text) => {
        const isPolled = asked.by === this.#process?.name && lane === 'poll' && operationOf(asked) === 'list';
        const whole = shows?.filter(({ json }) => text.includes(json)) ?? [];
        if (isPolled && whole.length > 0) this.oracle.history.told.partly(whole);
      },
      onAnswer: (asked, lane, { shows }) => {
        if (!shows || asked.by !== this.#process?.name) return;
        this.oracle.shown(asked.by, shows, operationOf(asked), lane === 'poll');
      },
    };
    for (const reader of this.oracle.history.readers) this.#flows.set(reader.name, this.#flowOf(reader));
    for (const step of plan.steps) this.clock.after(step.at, () => this.#take(step));
    this.clock.after(0, () => void this.#start());
  }

  /** Closes what runs; then nothing may be left. */
  async end(): Promise<void> {
    const process = this.#process;
    if (!process) return;
    void this.#close(process);
    await this.clock.run(this.clock.elapsed() + longestClose + 1_000);
  }

  #take(step: Step): void {
    if (this.log.on) this.log.write(`step: ${JSON.stringify(step)}`);
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
        this.#process?.line.breakConnections();
        this.#after(step.lasts, () => service.start(step.forgets));
        return;
      case 'restart the client':
        this.#restart(step);
        return;
      case 'leave':
        this.#leave(step.receiver, step.lasts);
        return;
      case 'go':
        this.#leave(step.receiver, undefined);
        return;
      case 'ring':
        this.#process?.receivers.get(step.receiver)?.ring();
        return;
      case 'try again':
        this.#tryAgain(step.object);
        return;
      case 'set the clock':
        this.clock.jump(step.by);
        return;
    }
  }

  #tryAgain(objectID: string | undefined): void {
    if (!this.#process) return;
    this.oracle.triedAgain(objectID);
    this.#process.client.tryAgain({ objectType, ...(objectID !== undefined && { objectID }) });
  }

  /** Something is away for so long: that is a disturbance of its own. */
  #after(lasts: number, then: () => void): void {
    const over = this.#disturbances.begin(this.clock.elapsed());
    this.clock.after(lasts, () => {
      over(this.clock.elapsed());
      then();
    });
  }

  async #start(): Promise<void> {
    this.#processes += 1;
    const process = await Process.start(`client ${this.#processes}`, this.plan, this.#parts, this.#computer);
    this.#process = process;
    this.oracle.started(process.name);
    for (const reader of this.oracle.history.readers) {
      const wait = Math.max(0, reader.plan.joins - this.clock.elapsed());
      if (wait === 0) this.#join(process, reader);
      else this.clock.after(wait, () => this.#join(process, reader));
    }
  }

  #join(process: Process, reader: Reader): void {
    if (process !== this.#process || process.receivers.has(reader.name) || this.#gone.has(reader.name))
      return;
    const received = this.service.list(true).filter((each) => !this.service.list(false).includes(each));
    const receiver = process.receive(reader.plan, (object, attempts) => {
      if (process.alive) this.oracle.gaveUp(reader, object, attempts);
    });
    this.oracle.joined(reader, received);
    const flow = this.#flows.get(reader.name);
    const read = async (): Promise<void> => {
      for await (const update of receiver) if (process.alive) flow?.takes(update);
    };
    read().catch((error: unknown) => this.oracle.broken('i: no exception, no loop', String(error)));
  }

  /** @param lasts until it is there again; it is not waited for where it will not be. */
  #leave(name: string, lasts: number | undefined): void {
    const process = this.#process;
    const receiver = process?.receivers.get(name);
    if (!process || !receiver) return;
    const reader = this.oracle.reader(name);
    this.oracle.left(reader, lasts !== undefined);
    receiver.close({ returning: lasts !== undefined });
    process.receivers.delete(name);
    this.#flows.get(name)?.dropMessages();
    if (lasts !== undefined) this.clock.after(lasts, () => this.#join(process, reader));
    else this.#gone.add(name);
  }

  #restart({ how, lasts, keepsMessages }: Step & { does: 'restart the client' }): void {
    const process = this.#process;
    if (!process) return;
    if (!keepsMessages || how !== 'closed') for (const flow of this.#flows.values()) flow.dropMessages();
    this.#process = undefined;
    this.oracle.ended(how);
    const again = (): void => void this.clock.after(lasts, () => void this.#start());
    if (how === 'closed') void this.#close(process).then(again);
    else {
      process.die(how);
      again();
    }
  }

  async #close(process: Process): Promise<void> {
    const limit = this.clock.after(longestClose, () => {
      this.oracle.broken('h: closing takes less than 10 s', `${process.name} is not closed`);
    });
    try {
      await process.close();
    } catch (error) {
      this.oracle.broken('i: no exception, no loop', `close: ${String(error)}`);
    }
    limit.cancel();
    // What was waited for ends with it, and that is heard of now.
    this.clock.after(0, () => {
      const left = process.leftovers();
      if (left.length > 0) this.oracle.broken('h: nothing is left at the end', left.join(', '));
    });
  }

  #flowOf(reader: Reader): Flow {
    return new Flow(reader, this.clock, this.oracle, () => this.#process?.client);
  }
}

/** An interval, and what a poll and an acknowledgement take on the slowest line. */
function patienceOf({ receivers, latency }: Plan): number {
  const interval = Math.max(...receivers.map((receiver) => receiver.interval));
  return interval + 5_000 + 20 * latency[1];
}
