import type { Lane } from '../../src/client/connection/http';
import { SeededRandom } from '../support/random';
import type { VirtualClock } from './clock';
import { Computer } from './computer';
import { Flow } from './flow';
import type { LineParts } from './line/call';
import { Disturbances } from './line/faults';
import type { Log } from './log';
import { isList, isOfKind } from './oracle/history/polls';
import type { Reader } from './oracle/history/reader';
import { Oracle } from './oracle/oracle';
import type { Plan, Step } from './plans/plan';
import { Process } from './process';
import { type Appearance, objectType } from './service/publications';
import { type Asked, objectOf, operationOf } from './service/rest';

/** What applications of one edge have in common. */
export interface Ground {
  clock: VirtualClock;
  log: Log;
  line: Pick<LineParts, 'faults' | 'latency' | 'listens' | 'random' | 'rest'>;
  /** What is marked received now. */
  received: () => Appearance[];
}

type Restart = Omit<Step & { does: 'restart the client' }, 'application' | 'at' | 'does'>;

const longestClose = 10_000;
const ends = [',', ']'];

/** One application: its computer, its client, its flows, and an oracle that watches them. */
export class Application {
  readonly oracle: Oracle;
  readonly #disturbances: Disturbances;
  readonly #parts: LineParts;
  readonly #flows = new Map<string, Flow>();
  readonly #gone = new Set<string>();
  readonly #computer: Computer;
  #process: Process | undefined;
  #processes = 0;

  /** @param name what its clients' names end with. */
  constructor(
    private readonly name: string,
    private readonly plan: Plan,
    private readonly ground: Ground,
  ) {
    const { clock, line, log } = ground;
    this.#disturbances = new Disturbances(patienceOf(plan));
    this.oracle = new Oracle(plan, clock, this.#disturbances, log);
    this.#computer = new Computer(new SeededRandom(plan.seed + 3));
    const { history } = this.oracle;
    this.#parts = {
      ...line,
      clock,
      log,
      disturbances: this.#disturbances,
      onSend: (asked, lane) => {
        if (asked.by === this.#process?.name && isOfPoll(asked, lane))
          this.oracle.pollBegins(operationOf(asked) === 'list', (oracle) => {
            // What is asked on account of a flow is asked while it speaks.
            if (lane === 'poll') this.#look(oracle);
          });
        const objectID = objectOf(asked) ?? '';
        asked.knew = history.objects.known(asked.by, objectID);
        const operation = operationOf(asked);
        if (operation === 'mark') history.objects.used(asked.by, objectID);
        if (operation === 'list') this.oracle.polls();
      },
      onEnd: (asked, lane, read) => {
        if (asked.by !== this.#process?.name) return;
        const operation = operationOf(asked);
        if (operation === 'health' && !isOfKind(read, plan.service)) this.oracle.kindUnknown();
        if (!isOfPoll(asked, lane)) return;
        if (operation === 'list' || operation === 'received list') this.oracle.pollEnds(isList(read));
        else this.oracle.pollGoesOn();
      },
      onForgotten: (asked) => this.oracle.forgets(objectOf(asked) ?? ''),
      onStatus: (asked, status) => {
        if (asked.by === this.#process?.name) this.oracle.statusOf(objectOf(asked), status);
      },
      onStrangeList: (asked) => {
        if (asked.by !== this.#process?.name) return;
        if (operationOf(asked) === 'list') history.told.nothing(clock.elapsed());
        if (operationOf(asked) === 'received list') history.told.nothingReceived(clock.elapsed());
      },
      onText: (asked, lane, { shows }, text) => {
        const isPolled = asked.by === this.#process?.name && lane === 'poll' && operationOf(asked) === 'list';
        // An entry has ended where another one or the end of the list follows.
        const whole = shows?.filter(({ json }) => ends.some((end) => text.includes(json + end))) ?? [];
        if (isPolled && whole.length > 0) history.told.partly(whole);
      },
      onAnswer: (asked, lane, { shows }) => {
        if (!shows || asked.by !== this.#process?.name) return;
        this.oracle.shown(asked.by, shows, operationOf(asked), lane === 'poll');
      },
    };
    for (const reader of history.readers) this.#flows.set(reader.name, this.#flowOf(reader));
  }

  has(receiver: string): boolean {
    return this.#flows.has(receiver);
  }

  async start(): Promise<void> {
    this.#processes += 1;
    const name = `client ${this.#processes}${this.name}`;
    const process = await Process.start(name, this.plan, this.#parts, this.#computer);
    this.#process = process;
    this.oracle.started(process.name);
    for (const reader of this.oracle.history.readers) {
      const wait = Math.max(0, reader.plan.joins - this.ground.clock.elapsed());
      if (wait === 0) this.#join(process, reader);
      else this.ground.clock.after(wait, () => this.#join(process, reader));
    }
    // Who was removed meanwhile is waited for until flows have started.
    const removed = this.oracle.history.readers.filter(
      ({ name, returns }) => returns && this.#gone.has(name),
    );
    if (removed.length > 0) this.#flowsStart(process);
  }

  /** Closes what runs, if anything does. */
  end(): void {
    if (this.#process) void this.#close(this.#process);
  }

  restart({ how, keepsMessages, lasts, without }: Restart): void {
    const process = this.#process;
    if (!process) return;
    if (!keepsMessages || how !== 'closed') this.#dropMessages();
    this.#process = undefined;
    this.oracle.ended(how);
    this.#remove(without);
    const again = (): void => void this.ground.clock.after(lasts, () => void this.start());
    if (how === 'closed') void this.#close(process).then(again);
    else {
      process.die(how);
      again();
    }
  }

  /** @param lasts until it is there again; it is not waited for where it will not be. */
  leave(name: string, lasts: number | undefined): void {
    const process = this.#process;
    if (!process?.receivers.has(name)) return;
    const reader = this.oracle.reader(name);
    this.#closeReceiver(process, reader, lasts !== undefined);
    if (lasts !== undefined) this.ground.clock.after(lasts, () => this.#join(process, reader));
    else this.#gone.add(name);
  }

  deploy({ lasts, without }: { lasts: number; without?: string }): void {
    const process = this.#process;
    if (!process) return;
    for (const reader of this.oracle.history.readers)
      if (process.receivers.has(reader.name)) this.#closeReceiver(process, reader, true);
    this.#remove(without);
    this.ground.clock.after(lasts, () => {
      if (process === this.#process) this.#flowsStart(process);
    });
  }

  ring(receiver: string): void {
    this.#process?.receivers.get(receiver)?.ring();
  }

  tryAgain(objectID: string | undefined): void {
    if (!this.#process) return;
    this.oracle.triedAgain(objectID);
    this.#process.client.tryAgain({ objectType, ...(objectID !== undefined && { objectID }) });
  }

  breakConnections(): void {
    this.#process?.line.breakConnections();
  }

  /** Something that it needs is away. @returns what ends that. */
  disturbed(): () => void {
    const over = this.#disturbances.begin(this.ground.clock.elapsed());
    return () => over(this.ground.clock.elapsed());
  }

  /** It is in no flow any more, and neither is what it had handed out. */
  #remove(receiver: string | undefined): void {
    if (receiver === undefined) return;
    this.#gone.add(receiver);
    this.#flows.get(receiver)?.dropMessages();
  }

  /** All that are there now are there; the others are not waited for. */
  #flowsStart(process: Process): void {
    for (const reader of this.oracle.history.readers)
      if (reader.plan.joins <= this.ground.clock.elapsed()) this.#join(process, reader);
    this.oracle.lostAbsent();
    process.client.loseAbsentReceivers();
  }

  #look(oracle: Pick<Oracle, 'looks' | 'waits'>): void {
    const process = this.#process;
    if (!process) return;
    for (const [name, { state }] of process.receivers) oracle.looks(this.oracle.reader(name), state);
    oracle.waits(process.client.waitedFor());
  }

  #join(process: Process, reader: Reader): void {
    if (process !== this.#process || process.receivers.has(reader.name) || this.#gone.has(reader.name))
      return;
    const received = this.ground.received();
    const receiver = process.receive(reader.plan, (object, attempts) => {
      if (process.alive) this.oracle.gaveUp(reader, object, attempts);
    });
    this.oracle.joined(reader, received);
    const flow = this.#flows.get(reader.name);
    const read = async (): Promise<void> => {
      if (!reader.plan.inBatches) {
        for await (const update of receiver) if (process.alive) flow?.takes(update);
      } else {
        for await (const batch of receiver.batches())
          for (const update of batch) if (process.alive) flow?.takes(update);
      }
    };
    read().catch((error: unknown) => this.oracle.broken('i: no exception, no loop', String(error)));
  }

  #closeReceiver(process: Process, reader: Reader, returns: boolean): void {
    const { name } = reader;
    this.oracle.left(reader, returns);
    process.receivers.get(name)?.close({ returning: returns });
    process.receivers.delete(name);
    this.#flows.get(name)?.dropMessages();
  }

  #dropMessages(): void {
    for (const flow of this.#flows.values()) flow.dropMessages();
  }

  async #close(process: Process): Promise<void> {
    const { clock } = this.ground;
    const limit = clock.after(longestClose, () => {
      this.oracle.broken('h: closing takes less than 10 s', `${process.name} is not closed`);
    });
    try {
      await process.close();
    } catch (error) {
      this.oracle.broken('i: no exception, no loop', `close: ${String(error)}`);
    }
    limit.cancel();
    // What was waited for ends with it, and that is heard of now.
    clock.after(0, () => {
      const left = process.leftovers();
      if (left.length > 0) this.oracle.broken('h: nothing is left at the end', left.join(', '));
    });
  }

  #flowOf(reader: Reader): Flow {
    return new Flow(reader, this.ground.clock, this.oracle, () => this.#process?.client);
  }
}

/** Whether a poll is made of it, or may wait for it: what kind of service it is is asked for all. */
function isOfPoll(asked: Asked, lane: Lane): boolean {
  return lane === 'poll' || operationOf(asked) === 'health';
}

/** An interval, and what a poll and an acknowledgement take on the slowest line. */
function patienceOf({ receivers, latency }: Plan): number {
  const interval = Math.max(...receivers.map((receiver) => receiver.interval));
  return interval + 5_000 + 20 * latency[1];
}
