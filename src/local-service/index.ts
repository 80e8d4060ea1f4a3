import type { Damage } from '../storage/damage';
import { FileJournal } from '../storage/file-journal';
import { inMemory, type Journal } from '../storage/journal';
import { allEnded } from '../system/all-ended';
import { type Clock, systemClock } from '../system/clock';
import { LocalCloud } from './delivery/cloud';
import { LocalEdge, type EdgeOptions as OptionsOfEdge } from './delivery/edge';
import { defaultIntervals, type Intervals } from './delivery/intervals';
import type { ServiceOptions, ServiceParts } from './delivery/service';
import { Listener, type ListenerOptions } from './listening/listener';
import { rest } from './rest';
import { type Authenticator, developmentRoles, type KeyPair, presetRoles } from './roles';

export type { LocalCloud } from './delivery/cloud';
export type { LocalEdge } from './delivery/edge';
export type { Faults } from './delivery/faults';
export type { Intervals } from './delivery/intervals';
export type { ListenerOptions } from './listening/listener';
export type { KeyPair, Role } from './roles';

export interface CloudOptions extends ServiceOptions, ListenerOptions {}
export interface EdgeOptions extends OptionsOfEdge, ListenerOptions {}

export interface LocalServiceOptions {
  cloud?: CloudOptions;
  edges?: EdgeOptions[];
  intervals?: Partial<Intervals>;
  /** Who may ask, with secrets; without them any secret will do and the form of a name tells its role. */
  keys?: readonly KeyPair[];
  /** Keeps everything in this folder, beyond the end of the process; in memory alone unless given. */
  folder?: string;
  /**
   * For those who only want to play: leaves out what can harm in the field, and what is there by default. Edges hear of
   * news at once and not at their next poll; while the cloud is away they answer acknowledgements and updates all the
   * same, and tell it later; ranges that are wrong get an error and nothing else.
   */
  gentle?: boolean;
  /** Where all time of cloud and edges comes from; the system's unless given. */
  clock?: Clock;
}

/**
 * A CSS with any number of ESSs in one process and on loopback, to try things out and for tests. It answers
 * as the real service does; it is not one for the field.
 */
export class LocalService {
  readonly cloud: LocalCloud;
  /** What could not be read of what its folder keeps. */
  readonly damage: readonly Damage[];
  readonly #edges: LocalEdge[] = [];
  readonly #intervals: Intervals;
  readonly #authenticate: Authenticator;
  readonly #parts: ServiceParts;

  private constructor(
    { cloud = {}, keys, intervals, clock = systemClock, gentle = false }: LocalServiceOptions,
    private readonly journal: Journal,
    damage: readonly Damage[],
  ) {
    this.damage = damage;
    this.#parts = { clock, journal, gentle };
    this.#intervals = { ...defaultIntervals, ...intervals };
    this.#authenticate = keys ? presetRoles(keys) : developmentRoles;
    this.cloud = new LocalCloud(cloud, this.#intervals, this.#parts);
    this.#listen(this.cloud, cloud);
  }

  /**
   * @throws NodeJS.ErrnoException EADDRINUSE, with its `port`, when a port is taken; StorageError when the folder is in use
   *   or cannot be used.
   */
  static async start(options: LocalServiceOptions = {}): Promise<LocalService> {
    const { folder, clock = systemClock } = options;
    const kept = folder === undefined ? undefined : await FileJournal.open(folder, { machine: { clock } });
    const service = new LocalService(options, kept ?? inMemory(), kept?.damage ?? []);
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
    const edge = new LocalEdge(options, this.cloud, this.#intervals, this.#parts);
    this.#listen(edge, options);
    await edge.start();
    this.#edges.push(edge);
    return edge;
  }

  async stop(): Promise<void> {
    const stopping = [this.cloud.stop(), ...this.#edges.map((edge) => edge.stop())];
    await allEnded(stopping).finally(() => this.journal.close());
  }

  #listen(service: LocalCloud | LocalEdge, options: ListenerOptions): void {
    service.listenOn(new Listener(options, rest(service, this.#authenticate), this.#parts.clock));
  }
}
