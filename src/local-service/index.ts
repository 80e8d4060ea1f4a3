import { FileJournal } from '../storage/file-journal';
import { inMemory, type Journal } from '../storage/journal';
import { type CloudOptions, LocalCloud } from './cloud';
import { type EdgeOptions, LocalEdge } from './edge';
import { defaultIntervals, type Intervals } from './intervals';
import { type Authenticator, developmentRoles, type KeyPair, presetRoles } from './roles';

export type { CloudOptions, LocalCloud } from './cloud';
export type { EdgeOptions, LocalEdge } from './edge';
export type { Faults } from './faults';
export type { Intervals } from './intervals';
export type { ListenerOptions } from './listener';
export type { KeyPair, Role } from './roles';

export interface LocalServiceOptions {
  cloud?: CloudOptions;
  edges?: EdgeOptions[];
  intervals?: Partial<Intervals>;
  /** Who may ask, with secrets; without them any secret will do and the form of a name tells its role. */
  keys?: readonly KeyPair[];
  /** Keeps everything in this folder, beyond the end of the process; in memory alone unless given. */
  folder?: string;
}

/**
 * A CSS with any number of ESSs in one process and on loopback, to try things out and for tests. It answers
 * as the real service does; it is not one for the field.
 */
export class LocalService {
  readonly cloud: LocalCloud;
  readonly #edges: LocalEdge[] = [];
  readonly #intervals: Intervals;
  readonly #authenticate: Authenticator;

  private constructor(
    options: LocalServiceOptions,
    private readonly journal: Journal,
  ) {
    this.#intervals = { ...defaultIntervals, ...options.intervals };
    this.#authenticate = options.keys ? presetRoles(options.keys) : developmentRoles;
    this.cloud = new LocalCloud(
      options.cloud ?? {},
      this.#authenticate,
      this.#intervals.maintenance,
      journal,
    );
  }

  /**
   * @throws NodeJS.ErrnoException EADDRINUSE, with its `port`, when a port is taken; Error when the folder is in use.
   */
  static async start(options: LocalServiceOptions = {}): Promise<LocalService> {
    const journal = options.folder === undefined ? inMemory() : await FileJournal.open(options.folder);
    const service = new LocalService(options, journal);
    try {
      await service.cloud.start();
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
    const edge = new LocalEdge(this.cloud, this.#intervals, options, this.#authenticate, this.journal);
    await edge.start();
    this.#edges.push(edge);
    return edge;
  }

  async stop(): Promise<void> {
    await Promise.all([this.cloud.stop(), ...this.#edges.map((edge) => edge.stop())]);
    await this.journal.close();
  }
}
