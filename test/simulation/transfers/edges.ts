import type { DestinationStatus } from '../../../src/client';
import type { SeededRandom } from '../../support/random';
import type { VirtualClock } from '../clock';

type Progress = DestinationStatus['status'];

/** How one version of an object comes to the edges that it is sent to: each at its own pace, some never. */
export class Edges {
  readonly #progress: Progress[];
  /** When each took each state. */
  readonly since: Map<Progress, number>[];
  #isStopped = false;

  constructor(
    count: number,
    private readonly clock: VirtualClock,
    private readonly random: SeededRandom,
  ) {
    this.#progress = Array.from({ length: count }, () => 'pending');
    this.since = Array.from({ length: count }, () => new Map());
  }

  deliver(): void {
    for (const index of this.#progress.keys()) {
      this.#become(index, 'delivering');
      const chance = this.random.next();
      if (chance < 0.1) continue;
      const next = chance < 0.15 ? 'error' : 'delivered';
      const pause = this.random.next() * this.random.pick([200, 5_000, 40_000]);
      this.clock.after(pause, () => this.#arrive(index, next));
    }
  }

  /** A newer version has taken its place. */
  stop(): void {
    this.#isStopped = true;
  }

  list(): DestinationStatus[] {
    return this.#progress.map((status, index) => ({
      destinationType: 'gateway',
      destinationID: `edge${index}`,
      status,
      message: status === 'error' ? 'it has no room' : '',
    }));
  }

  #arrive(index: number, progress: Progress): void {
    this.#become(index, progress);
    if (progress !== 'delivered' || this.random.next() < 0.2) return;
    const pause = this.random.next() * this.random.pick([500, 30_000]);
    this.clock.after(pause, () => this.#become(index, 'consumed'));
  }

  #become(index: number, progress: Progress): void {
    if (this.#isStopped) return;
    this.#progress[index] = progress;
    this.since[index]?.set(progress, this.clock.elapsed());
  }
}
