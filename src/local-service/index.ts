import { LocalCloud } from './cloud';
import { type EdgeOptions, LocalEdge } from './edge';
import type { ListenerOptions } from './listener';

export type { LocalCloud } from './cloud';
export type { EdgeOptions, LocalEdge } from './edge';
export type { ListenerOptions } from './listener';

/** How often things happen, in ms. The defaults suit trying out; the real service registers an edge after about 10 s. */
export interface Intervals {
  /** From the start of an edge to its registration with the cloud. */
  registration: number;
  /** Between two looks of an edge at its cloud. */
  poll: number;
}

export interface LocalServiceOptions {
  cloud?: ListenerOptions;
  edges?: EdgeOptions[];
  intervals?: Partial<Intervals>;
}

/**
 * A CSS with any number of ESSs in one process, in memory and on loopback, to try things out and for tests. It answers
 * as the real service does; it is not one for the field.
 */
export class LocalService {
  readonly cloud: LocalCloud;
  readonly #edges: LocalEdge[] = [];
  readonly #intervals: Intervals;

  private constructor(options: LocalServiceOptions) {
    this.cloud = new LocalCloud(options.cloud ?? {});
    this.#intervals = { registration: 100, poll: 100, ...options.intervals };
  }

  /** @throws NodeJS.ErrnoException EADDRINUSE, with its `port`, when a port is taken. */
  static async start(options: LocalServiceOptions = {}): Promise<LocalService> {
    const service = new LocalService(options);
    await service.cloud.start();
    try {
      for (const edge of options.edges ?? []) await service.addEdge(edge);
    } catch (error) {
      await service.stop();
      throw error;
    }
    return service;
  }

  get edges(): readonly LocalEdge[] {
    return this.#edges;
  }

  /** Starts one more edge; it registers with the cloud a little later. */
  async addEdge(options: EdgeOptions): Promise<LocalEdge> {
    const edge = new LocalEdge(this.cloud, this.#intervals, options);
    await edge.start();
    this.#edges.push(edge);
    return edge;
  }

  async stop(): Promise<void> {
    await Promise.all([this.cloud.stop(), ...this.#edges.map((edge) => edge.stop())]);
  }
}
