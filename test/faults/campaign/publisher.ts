import { setTimeout as pause } from 'node:timers/promises';
import type { SeededRandom } from '../../support/random';
import type { ObjectType } from './flow';

export interface Sent {
  readonly type: ObjectType;
  /** All that was published under each ID, in order; the last is the one that counts. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** When the last of them was published first, as Date.now() has it. */
  readonly since: ReadonlyMap<string, number>;
  /** IDs of which nobody can know whether they were published: each has another one in its place. */
  readonly unsure: ReadonlySet<string>;
  /** By code: how often sync-out reported a failure, and the same was published again. */
  readonly refusals: ReadonlyMap<string, number>;
}

export interface PublisherOptions {
  type: ObjectType;
  /** How many at least; of those to the edge one of ten is published again. */
  objects: number;
  /** How many at the same time. */
  atOnce: number;
  /** Whether it need not go on beyond those. */
  isEnough(): boolean;
  /** Whether others have to catch up with it first. */
  isAhead(): boolean;
  random: SeededRandom;
  /** Of Node-RED's HTTP nodes, at the moment. */
  url(): string;
}

/** One of so many is too large for its data to travel with its metadata: half of its bytes at least. */
const largeOnes = 40;
const large = 140_000;

/** Publishes through a flow, each again until the flow says that it is published, or kept. */
export class Publisher implements Sent {
  readonly versions = new Map<string, string[]>();
  readonly since = new Map<string, number>();
  readonly unsure = new Set<string>();
  readonly refusals = new Map<string, number>();
  published = 0;

  readonly #asked = new Set<AbortController>();

  constructor(private readonly options: PublisherOptions) {}

  /** The refusals, under the name of the type. */
  get counted(): [string, number][] {
    return Array.from(this.refusals, ([code, count]) => [`${this.options.type} ${code}`, count]);
  }

  get type(): ObjectType {
    return this.options.type;
  }

  async run(): Promise<void> {
    const { type, objects, atOnce, isAhead, isEnough } = this.options;
    const lane = async (): Promise<void> => {
      while (this.published < objects || !isEnough()) {
        if (isAhead()) await pause(50);
        else await this.#publish(`${type}-${this.versions.size}`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  }

  /** What was asked before a deploy and is not answered by its end never will be: its flow is gone. */
  giveUp(): void {
    for (const each of this.#asked) each.abort();
  }

  async #publish(id: string): Promise<void> {
    const { type, random } = this.options;
    const versions: string[] = [];
    this.versions.set(id, versions);
    // An edge refuses for good an ID that its cloud has consumed, be it only for an answer that was lost.
    const isOnce = type === 'up' || type === 'kept-up';
    const wanted = !isOnce && random.below(10) === 0 ? 2 : 1;
    for (let version = 0; version < wanted; version += 1) {
      // By its length it is told from the other version.
      const length = random.below(largeOnes) === 0 ? large + random.below(50_000) : random.below(1_500);
      const data = `${id} ${version} ${'x'.repeat(2 * length + version)}.`;
      versions.push(data);
      this.since.set(id, Date.now());
      for (;;) {
        const outcome = await this.#post(id, data);
        if (outcome === 'published') break;
        await pause(200);
        if (!isOnce && outcome === 'refused') continue;
        this.unsure.add(id);
        return;
      }
      this.published += 1;
    }
  }

  async #post(id: string, data: string): Promise<'published' | 'refused' | 'unanswered'> {
    const { type, url } = this.options;
    const asked = new AbortController();
    this.#asked.add(asked);
    try {
      const response = await fetch(`${url()}/${type}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ id, data }),
        signal: AbortSignal.any([asked.signal, AbortSignal.timeout(90_000)]),
      });
      const text = await response.text();
      if (!response.ok) this.#refused(/^SYNC_\w+$/.test(text) ? text : `HTTP ${response.status}`);
      return response.ok ? 'published' : 'refused';
    } catch (error) {
      this.#refused((error as Error).name);
      return error instanceof TypeError ? 'refused' : 'unanswered';
    } finally {
      this.#asked.delete(asked);
    }
  }

  #refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }
}
