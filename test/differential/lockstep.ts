import type { SeededRandom } from '../support/random';
import { parting, Versions } from './answer';
import { type AskedRequest, type EdgeNode, edgeNodes, type Ground } from './ground';

/** Requests one after the other, and those that show what came of them. */
export interface Asking {
  next(): AskedRequest;
  looks(): AskedRequest[];
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
      if (await this.#compare(pair, request)) this.outcome.same += 1;
    }
    await Promise.all(this.grounds.map((ground) => ground.settle()));
    for (const pair of this.#going) {
      for (const look of pair.life.looks()) if (!(await this.#compare(pair, look))) break;
    }
  }

  get #going(): Pair[] {
    return this.#pairs.filter(({ parted }) => !parted);
  }

  async #compare(pair: Pair, request: AskedRequest): Promise<boolean> {
    const [first, second] = await Promise.all(this.grounds.map((ground) => ground.ask(request)));
    if (!first || !second) throw new Error('Two grounds answer');
    const [theirs, ours] = pair.versions;
    const difference = parting(theirs.named(first), ours.named(second));
    if (difference === undefined) return true;
    pair.parted = true;
    this.outcome.partings.push({ request, difference, before: [...pair.history] });
    return false;
  }

  /** In every third round or so the polls of an edge, or of both, begin to be held or go on. */
  async #holdSome(): Promise<void> {
    if (this.random.below(3) > 0) return;
    this.#held = this.random.pick<readonly EdgeNode[]>([[], [], ['ess'], ['ess2'], edgeNodes]);
    await Promise.all(this.grounds.map((ground) => ground.hold(this.#held)));
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
