import type { OutboxEnd } from '../../../src/client';
import type { Timer } from '../../../src/system/clock';
import { failure } from '../../support/memory-disk';
import { SeededRandom } from '../../support/random';
import { VirtualClock } from '../clock';
import { Computer } from '../computer';
import { Log } from '../log';
import type { Death } from '../plans/plan';
import { Application } from './application';
import { contentOf } from './content';
import { Findings } from './findings';
import type { TransferLineParts } from './line';
import { unsized } from './oracle/downloads';
import { Judges } from './oracle/judges';
import type { TransferFault, TransferOperation, TransferPlan, TransferStep } from './plan';
import { downloads, TransferProcess } from './process';
import { objectIn, TransferRest } from './rest';
import { Store } from './store';

const longestClose = 10_000;
const untilPutAway = 1_000;
/** Every so many operations of a disk one is slow. */
const slowOften = 0.1;

/** A service, a line, a disk, and an application that fetches, uploads, keeps and waits, as its plan says. */
export class TransferWorld {
  readonly clock = new VirtualClock();
  readonly log: Log;
  readonly findings: Findings;
  readonly judges: Judges;
  readonly store: Store;
  readonly #computer: Computer;
  readonly #random: SeededRandom;
  readonly #parts: TransferLineParts;
  readonly #application: Application;
  #process: TransferProcess | undefined;
  /** It runs still, and nobody asks it for anything any more. */
  #closing: { process: TransferProcess; limit: Timer } | undefined;
  #lives = 0;
  /** It starts, runs or closes. */
  #isRunning = false;
  #isUp = true;
  #published = 0;
  /** So many operations of the disk until the process dies, and how. */
  #death: { left: number; how: Exclude<Death, 'closed'>; lasts: number } | undefined;
  #brokenOften = 0;
  /** A disk failed the process of this number: what it says to be written may not be. */
  #unsure = 0;
  #isFull = false;

  constructor(
    private readonly plan: TransferPlan,
    logged: boolean,
  ) {
    const { clock } = this;
    this.log = new Log(clock, logged);
    this.findings = new Findings(clock, this.log);
    this.judges = new Judges(plan, this.findings);
    const { outboxes, record } = this.judges;
    this.#random = new SeededRandom(plan.seed + 4);
    this.store = new Store(clock, new SeededRandom(plan.seed + 5), plan, record);
    this.#computer = new Computer(new SeededRandom(plan.seed + 3));
    this.#application = new Application(this.judges, clock, () => this.#process);
    this.#parts = {
      clock,
      random: new SeededRandom(plan.seed + 2),
      latency: plan.latency,
      rest: new TransferRest(this.store, (...taken) => outboxes.taken(...taken)),
      listens: () => this.#isUp,
      befalling: befalling(plan.faults),
      log: this.log,
      onCut: (path, part, by) => this.store.cutUpload(objectIn(path), part, by),
      onAnswered: ({ by, request: { path } }) => outboxes.answered(by, path),
      onFault: (begins) => record.fault(begins),
      onTrouble: ({ by, request: { path } }) => {
        record.troubled();
        outboxes.troubled(by, path);
      },
    };
    for (const step of plan.steps) clock.after(step.at, () => this.#take(step));
    clock.after(0, () => void this.#start());
  }

  /** What has still to happen, while nothing else befalls anybody. */
  get unfinished(): string[] {
    const { outbox } = this.#process ?? {};
    if (!outbox) return ['no outbox is open'];
    const { waiting } = outbox.state;
    return [...(waiting > 0 ? [`${waiting} wait in the outbox`] : []), ...this.#application.unfinished];
  }

  /** From now on nothing befalls anybody any more. */
  calm(): void {
    this.#isUp = true;
    this.#death = undefined;
    this.#brokenOften = 0;
    this.#fill(false);
  }

  /** At rest: all that is there can be fetched, and what could not be uploaded before can be now. */
  finish(): void {
    this.judges.outboxes.atRest();
    this.#application.finish(this.plan.steps, (object) => this.store.find(object)?.data !== undefined);
  }

  /** Closes what runs; then nothing may be left. */
  async end(): Promise<void> {
    const process = this.#process;
    if (!process) return;
    void this.#close(process);
    await this.clock.run(this.clock.elapsed() + longestClose + 1_000);
    await this.#lookAtFiles();
  }

  #take(step: TransferStep): void {
    this.findings.note(`step: ${JSON.stringify(step)}`);
    switch (step.does) {
      case 'publish elsewhere': {
        this.#published += 1;
        const label = `other ${this.#published}`;
        this.store.publish(step.object, { description: label, inactive: false }, contentOf(label, step.size));
        return;
      }
      case 'describe elsewhere':
        if (this.store.find(step.object)) this.store.describe(step.object, `${unsized} elsewhere`);
        return;
      case 'delete elsewhere': {
        const stored = this.store.find(step.object);
        if (stored && !stored.isDeleted) this.store.delete(stored);
        return;
      }
      case 'restart the client':
        this.#restart(step.how, step.lasts);
        return;
      case 'die amid':
        this.#death = { left: step.operations, how: step.how, lasts: step.lasts };
        return;
      case 'restart the service':
        this.#isUp = false;
        this.judges.record.troubled();
        this.#process?.line.breakConnections();
        this.clock.after(step.lasts, () => {
          this.#isUp = true;
          this.judges.record.troubled();
        });
        return;
      case 'fill the disk':
        this.#fill(true);
        this.clock.after(step.lasts, () => this.#fill(false));
        return;
      case 'break the disk':
        this.#brokenOften = step.often;
        this.clock.after(step.lasts, () => {
          this.#brokenOften = 0;
        });
        return;
      case 'set the clock':
        this.clock.jump(step.by);
        return;
      default:
        this.#application.does(step);
    }
  }

  async #start(): Promise<void> {
    this.#lives += 1;
    this.#isRunning = true;
    const life = this.#lives;
    if (life === 1) await this.#computer.disk.makeFolder(downloads);
    this.#watchDisk();
    const name = `process ${life}`;
    this.findings.note(`application: ${name} starts`);
    const process = await TransferProcess.start(name, this.plan, this.#parts, this.#computer, this.clock);
    if (life !== this.#lives) return;
    this.#process = process;
    const onEnd = (end: OutboxEnd): void => {
      if (process.alive) this.judges.outboxes.ended(end, !this.#isUnsure);
    };
    process.openOutbox(onEnd).catch((error: unknown) => {
      this.findings.broken('i: no exception, no loop', `an outbox is not opened: ${String(error)}`);
    });
  }

  #restart(how: Death, lasts: number): void {
    const process = this.#process;
    if (!process) return;
    if (how === 'closed')
      void this.#close(process).then((isClosed) => {
        if (isClosed) this.#over(lasts);
      });
    else this.#die(how, lasts);
  }

  #die(how: Exclude<Death, 'closed'>, lasts: number): void {
    this.findings.note(`application: ${how}`);
    this.#death = undefined;
    this.#lives += 1;
    const process = this.#process ?? this.#closing?.process;
    this.#closing?.limit.cancel();
    this.#closing = undefined;
    this.#application.dropAll();
    if (process) process.die(how);
    else this.#computer.end(how);
    this.#over(lasts);
  }

  /** The process is no more; another one follows. */
  #over(lasts: number): void {
    this.#process = undefined;
    this.#isRunning = false;
    this.judges.outboxes.died();
    void this.#lookAtFiles();
    this.clock.after(lasts, () => void this.#start());
  }

  /** @returns false where it died before. */
  async #close(process: TransferProcess): Promise<boolean> {
    const { isOpening } = process;
    const limit = this.clock.after(longestClose, () => {
      if (!isOpening)
        this.findings.broken('h: closing takes less than 10 s', `${process.name} is not closed`);
    });
    this.#process = undefined;
    this.#closing = { process, limit };
    this.#application.dropAll();
    try {
      await process.close();
    } catch (error) {
      if (!this.#isUnsure) this.findings.broken('i: no exception, no loop', `close: ${String(error)}`);
    }
    limit.cancel();
    if (this.#closing?.process !== process) return false;
    this.#closing = undefined;
    // What was under way hears of it, and puts away what it has open.
    await new Promise<void>((resolve) => this.clock.after(untilPutAway, resolve));
    const left = this.#isUnsure ? [] : process.leftovers();
    if (left.length > 0) this.findings.broken('h: nothing is left at the end', left.join(', '));
    return true;
  }

  #watchDisk(): void {
    const { disk } = this.#computer;
    const { clock } = this;
    disk.before = async ({ name, path }) => {
      if (this.#application.isLooking) return;
      if (this.#isRunning && this.#death && --this.#death.left <= 0)
        this.#die(this.#death.how, this.#death.lasts);
      else if (this.#random.next() < slowOften)
        await new Promise<void>((resolve) => clock.after(this.#random.next() * 5, resolve));
      if (this.#isFull) this.#failDisk();
      if (name === 'read' || this.#random.next() * 100 >= this.#brokenOften) return;
      this.#failDisk();
      throw failure(this.#random.pick(['EIO', 'ENOSPC']), name, path);
    };
    this.#fill(this.#isFull);
  }

  get #isUnsure(): boolean {
    return this.#unsure === this.#lives;
  }

  #failDisk(): void {
    this.judges.record.troubled();
    this.#unsure = this.#lives;
  }

  #fill(isFull: boolean): void {
    this.#isFull = isFull;
    this.#computer.disk.capacity = isFull ? 1 : Number.POSITIVE_INFINITY;
  }

  #lookAtFiles(): Promise<void> {
    return this.#application.lookAtFiles(this.#computer.disk);
  }
}

/** Which of the planned faults befalls a request; the first that fits, which it uses up. */
function befalling(
  faults: readonly TransferFault[],
): (operation: TransferOperation, now: number) => TransferFault | undefined {
  const left = faults.map((fault) => ({ fault, times: fault.times }));
  return (operation, now) => {
    const found = left.find(
      ({ fault: { from, on, until }, times }) =>
        times > 0 && from <= now && now < until && (on === 'all' || on === operation),
    );
    if (found) found.times -= 1;
    return found?.fault;
  };
}
