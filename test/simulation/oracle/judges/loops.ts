import type { Bench } from './bench';

/** More than `mostLists` lists in `span` ms are a loop that nothing slows down. */
const [mostLists, span] = [100, 10_000];
/** So are more hand-outs than this at one moment. */
const mostHandOuts = 1_000;

/** Detects endless repetition, which would otherwise keep a history from ending. */
export class Loops {
  #lists: number[] = [];
  #isReading = false;
  readonly #moment = { at: 0, handOuts: 0 };

  constructor(private readonly bench: Bench) {}

  /** Whether lists are read without end. */
  get areSeen(): boolean {
    return this.#isReading;
  }

  /** The client asks for a list. */
  list(): void {
    const { now } = this.bench;
    const since = this.#lists.findIndex((at) => at > now - span);
    this.#lists = since < 0 ? [] : this.#lists.slice(since);
    this.#lists.push(now);
    if (this.#lists.length <= mostLists || this.#isReading) return;
    this.#isReading = true;
    this.bench.broken('i: no exception, no loop', 'lists are read without end');
  }

  /** @throws Error that ends the reading: nothing else would get its turn any more. */
  handOut(what: string): void {
    if (this.#moment.at !== this.bench.now) Object.assign(this.#moment, { at: this.bench.now, handOuts: 0 });
    this.#moment.handOuts += 1;
    if (this.#moment.handOuts > mostHandOuts) throw new Error(`Handed out without end: ${what}`);
  }
}
