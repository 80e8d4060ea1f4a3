import { setTimeout as pause } from 'node:timers/promises';
import type { SeededRandom } from '../../support/random';

export interface Sent {
  /** All that was published under each ID, in order; the last is the one that counts. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** IDs of which nobody can know whether they were published: each has another one in its place. */
  readonly unsure: ReadonlySet<string>;
  /** By code: how often sync-out reported a failure, and the same was published again. */
  readonly refusals: ReadonlyMap<string, number>;
}

export interface PublisherOptions {
  type: 'up' | 'down';
  /** How many at least; of those to the edge one of ten is published again. */
  objects: number;
  /** Whether it need not go on beyond those. */
  isEnough(): boolean;
  random: SeededRandom;
  /** Of Node-RED's HTTP nodes, at the moment. */
  url(): string;
}

/** Publishes through a flow, eight at a time, each again until the flow says that it is published. */
export class Publisher implements Sent {
  readonly versions = new Map<string, string[]>();
  readonly unsure = new Set<string>();
  readonly refusals = new Map<string, number>();
  published = 0;

  constructor(private readonly options: PublisherOptions) {}

  async run(): Promise<void> {
    const { type, objects, isEnough } = this.options;
    const lane = async (): Promise<void> => {
      while (this.published < objects || !isEnough()) await this.#publish(`${type}-${this.versions.size}`);
    };
    await Promise.all(Array.from({ length: 8 }, lane));
  }

  async #publish(id: string): Promise<void> {
    const { type, random } = this.options;
    const versions: string[] = [];
    this.versions.set(id, versions);
    // An edge refuses for good an ID that its cloud has consumed, be it only for an answer that was lost.
    const isOnce = type === 'up';
    const wanted = !isOnce && random.below(10) === 0 ? 2 : 1;
    for (let version = 0; version < wanted; version += 1) {
      const data = `${id} ${version} ${'x'.repeat(random.below(3_000))}.`;
      versions.push(data);
      while (!(await this.#post(id, data))) {
        await pause(200);
        if (!isOnce) continue;
        this.unsure.add(id);
        return;
      }
      this.published += 1;
    }
  }

  async #post(id: string, data: string): Promise<boolean> {
    const { type, url } = this.options;
    try {
      const response = await fetch(`${url()}/${type}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ id, data }),
        // A flow that is stopped meanwhile answers no more.
        signal: AbortSignal.timeout(90_000),
      });
      const text = await response.text();
      if (!response.ok) this.#refused(text);
      return response.ok;
    } catch (error) {
      this.#refused((error as Error).name);
      return false;
    }
  }

  #refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }
}
