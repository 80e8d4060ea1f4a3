import type { SeededRandom } from '../support/random';
import { parting, sorted, Versions } from './answer';
import { type AskedRequest, type EdgeNode, edgeNodes, type Ground } from './ground';

/** Requests one after the other, and those that show what came of them. */
export interface Asking {
  next(): AskedRequest;
  looks(): AskedRequest[];
  /** What does away with all there is. */
  ends(): AskedRequest[];
}

/** A request that two grounds answered differently, and what had been asked before it. */
export interface Parting {
  request: AskedRequest;
  difference: string;
  before: string[];
}

export interface Outcome {
  asked: number;
  same: number;
  partings: Parting[];
}

/** One life on both grounds. */
class Pair {
  readonly versions = [new Versions(), new Versions()] as const;
  readonly history: string[] = [];
  parted = false;

  constructor(readonly life: Asking) {}
}

/** Lives that are led on two grounds at once, in step: both come to rest before they are looked at. */
export class Lockstep {
  readonly outcome: Outcome = { asked: 0, same: 0, partings: [] };
  readonly #pairs: Pair[];
  #held: readonly EdgeNode[] = [];

  constructor(
    private readonly grounds: readonly [Ground, Ground],
    lives: readonly Asking[],
    private readonly random: SeededRandom,
  ) {
    this.#pairs = lives.map((life) => new Pair(life));
  }

  /** One request of each life that goes on, and a look at all that shows of it. */
  async round(): Promise<void> {
    await this.#holdSome();
    for (const pair of this.#going) {
      const request = pair.life.next();
      pair.history.push(told(request, this.#held));
      this.outcome.asked += 1;
      await this.#compare(pair, request);
    }
    await Promise.all(this.grounds.map((ground) => ground.settle()));
    for (const pair of this.#going) {
      for (const look of pair.life.looks()) if (!(await this.#compare(pair, look))) break;
      if (!pair.parted) this.outcome.same += 1;
    }
  }

  /** Does away with what the lives leave: the real service is busy for good with a removed destination that it had not told. */
  async end(): Promise<void> {
    await this.#hold([]);
    const requests = this.#pairs.flatMap(({ life }) => life.ends());
    for (const request of requests) await Promise.all(this.grounds.map((ground) => ground.ask(request)));
    await this.#hold([]);
  }

  get #going(): Pair[] {
    return this.#pairs.filter(({ parted }) => !parted);
  }

  async #compare(pair: Pair, request: AskedRequest): Promise<boolean> {
    const [first, second] = await Promise.all(this.grounds.map((ground) => ground.ask(request)));
    if (!first || !second) throw new Error('Two grounds answer');
    const [theirs, ours] = pair.versions;
    const inOrder =
      request.node === 'ess2' ? ([sorted(first), sorted(second)] as const) : ([first, second] as const);
    const difference = parting(theirs.named(inOrder[0]), ours.named(inOrder[1]));
    if (difference === undefined) return true;
    pair.parted = true;
    this.outcome.partings.push({ request, difference, before: [...pair.history] });
    return false;
  }

  /** In every third round or so the polls of an edge, or of both, begin to be held or go on. */
  async #holdSome(): Promise<void> {
    if (this.random.below(3) > 0) return;
    const before = this.#held;
    this.#held = this.random.pick<readonly EdgeNode[]>([[], [], ['ess'], ['ess2'], edgeNodes]);
    // One after the other: who of two polls first is chance.
    const [first, second] = before.filter((edge) => !this.#held.includes(edge));
    if (first && second) await this.#hold(before.filter((edge) => edge !== first));
    await this.#hold(this.#held);
  }

  async #hold(edges: readonly EdgeNode[]): Promise<void> {
    await Promise.all(this.grounds.map((ground) => ground.hold(edges)));
    await Promise.all(this.grounds.map((ground) => ground.settle()));
  }
}

export function told(
  { node, method, path, auth, headers, body }: AskedRequest,
  held: readonly EdgeNode[] = [],
): string {
  const given = [
    auth?.startsWith('admin@') ? '' : `as ${auth}`,
    headers ? JSON.stringify(headers) : '',
    typeof body === 'string' ? body.slice(0, 300) : '',
    held.length > 0 ? `(held: ${held.join(', ')})` : '',
  ];
  return [node, method, path, ...given].filter((part) => part !== '').join(' ');
}
