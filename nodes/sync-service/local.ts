import type { LocalService } from '../../src/local-service';
import { type Clock, systemClock, type Timer } from '../../src/system/clock';
import type { SyncServiceSettings } from './configuration';

/** Where the local service listens; 0 lets the system choose. */
interface LocalPorts {
  cloud: number;
  firstEdge: number;
}

/** How long the local service outlives its last user, in ms: its objects and ports survive every kind of deploy. */
const grace = 30_000;

/** One use of the local service: who stops it is the last user to let go. */
export interface LocalUse {
  address: string;
  release(): void;
}

/** Which side of the local service is meant, and which edge. */
export type LocalSettings = Pick<SyncServiceSettings, 'side' | 'organization' | 'edgeType' | 'edgeID'>;

/** The one local service of this Node-RED, which all its sync-service nodes share. */
export class SharedLocalService {
  #service: Promise<LocalService> | undefined;
  #adding: Promise<unknown> = Promise.resolve();
  #stopped: Promise<unknown> = Promise.resolve();
  #users = 0;
  #stopTimer: Timer | undefined;

  constructor(
    private readonly ports: LocalPorts,
    private readonly clock: Clock = systemClock,
  ) {}

  /**
   * Starts the service if it does not run, and the edge if it is not there yet.
   *
   * @throws NodeJS.ErrnoException EADDRINUSE when a chosen port is taken.
   */
  async use(settings: LocalSettings): Promise<LocalUse> {
    this.#stopTimer?.cancel();
    this.#users += 1;
    try {
      const address = await this.#addressOf(settings);
      return { address, release: once(() => this.#leave()) };
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /** Stops the service now, whoever uses it. */
  async stop(): Promise<void> {
    this.#stopTimer?.cancel();
    const service = this.#service;
    this.#service = undefined;
    const ended = service && this.#end(service);
    // What could not be stopped is in nobody's way for ever: whoever starts the next one is told if a port is in use.
    this.#stopped = Promise.allSettled([this.#stopped, ended]);
    await this.#stopped;
    await ended;
  }

  async #end(service: Promise<LocalService>): Promise<void> {
    const running = await service.catch(() => undefined);
    // An edge that is added meanwhile would listen for ever.
    await this.#adding;
    await running?.stop();
  }

  async #addressOf(settings: LocalSettings): Promise<string> {
    this.#service ??= this.#start();
    const service = await this.#service;
    return settings.side === 'cloud' ? service.cloud.address : this.#edgeAddress(service, settings);
  }

  #start(): Promise<LocalService> {
    // After its predecessor has left the ports that were chosen for it.
    const starting = this.#stopped.then(async () => {
      // Most flows speak to a real service: they need not load a third of the code for this.
      const loaded = require('../../src/local-service') as typeof import('../../src/local-service');
      return loaded.LocalService.start({ cloud: { port: this.ports.cloud, background: true } });
    });
    starting.catch(() => {
      if (this.#service === starting) this.#service = undefined;
    });
    return starting;
  }

  /** One edge is added at a time, so that two nodes on the same new edge do not both add it. */
  async #edgeAddress(service: LocalService, settings: LocalSettings): Promise<string> {
    const added = this.#adding.then(async () => {
      const { organization, edgeType: destinationType, edgeID: destinationID } = settings;
      const existing = service.edges.find(
        (edge) =>
          edge.organization === organization &&
          edge.destinationType === destinationType &&
          edge.destinationID === destinationID,
      );
      const port = service.edges.length === 0 ? this.ports.firstEdge : 0;
      const options = { organization, destinationType, destinationID, port, background: true };
      return existing ?? service.addEdge(options);
    });
    this.#adding = added.catch(() => undefined);
    const edge = await added;
    // A flow that has just been deployed may publish to it at once.
    await edge.untilRegistered();
    return edge.address;
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    // Nobody waits for that, so that its failure must not become Node-RED's.
    const stop = (): void => void this.stop().catch(() => undefined);
    this.#stopTimer = this.clock.after(grace, stop, { background: true });
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}

let shared: SharedLocalService | undefined;

/** The local service of this process. EDGE_SYNC_LOCAL_CSS_PORT and _ESS_PORT choose its ports; otherwise they are free ones. */
export function sharedLocalService(environment = process.env): SharedLocalService {
  shared ??= new SharedLocalService({
    cloud: Number(environment.EDGE_SYNC_LOCAL_CSS_PORT ?? 0),
    firstEdge: Number(environment.EDGE_SYNC_LOCAL_ESS_PORT ?? 0),
  });
  return shared;
}
