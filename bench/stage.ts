import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SyncServiceClient } from '../src/client';
import { until } from '../test/support/until';
import { CannedProcess } from './canned-process';
import { connection, type Place } from './place';
import { ServiceProcess } from './service';

const patience = 120_000;

/** Cloud, edges and canned answers that contests take place on: made when they are first needed. */
export class Stage {
  #service: Promise<ServiceProcess> | undefined;
  #canned: Promise<CannedProcess> | undefined;
  readonly #folders = new Map<string, Promise<string>>();
  #names = 0;

  /** @param parent where files of transfers go: a disk, or memory. */
  constructor(private readonly parent = tmpdir()) {}

  /** The cloud: given by environment, or the local service in a process of its own. */
  async cloud(): Promise<Place> {
    const { EDGE_SYNC_CSS_URL, EDGE_SYNC_ORG, EDGE_SYNC_CSS_KEY, EDGE_SYNC_CSS_SECRET, EDGE_SYNC_CSS_CA } =
      process.env;
    if (EDGE_SYNC_CSS_URL === undefined) return this.#local(0, 'demo');
    const organization = EDGE_SYNC_ORG ?? 'demo';
    return place(EDGE_SYNC_CSS_URL, EDGE_SYNC_CSS_KEY, EDGE_SYNC_CSS_SECRET, EDGE_SYNC_CSS_CA, organization);
  }

  async edge(): Promise<Place> {
    const { EDGE_SYNC_ESS_URL, EDGE_SYNC_ESS_KEY, EDGE_SYNC_ESS_SECRET, EDGE_SYNC_ESS_CA } = process.env;
    if (EDGE_SYNC_ESS_URL === undefined) return this.#local(1);
    return place(EDGE_SYNC_ESS_URL, EDGE_SYNC_ESS_KEY, EDGE_SYNC_ESS_SECRET, EDGE_SYNC_ESS_CA);
  }

  /** The edge, and those beside it: two more of the local service, or the second that is given. */
  async edges(): Promise<Place[]> {
    const {
      EDGE_SYNC_ESS_URL,
      EDGE_SYNC_ESS2_URL,
      EDGE_SYNC_ESS2_KEY,
      EDGE_SYNC_ESS2_SECRET,
      EDGE_SYNC_ESS2_CA,
    } = process.env;
    if (EDGE_SYNC_ESS_URL === undefined) return Promise.all([1, 2, 3].map((index) => this.#local(index)));
    if (EDGE_SYNC_ESS2_URL === undefined) return [await this.edge()];
    const second = place(EDGE_SYNC_ESS2_URL, EDGE_SYNC_ESS2_KEY, EDGE_SYNC_ESS2_SECRET, EDGE_SYNC_ESS2_CA);
    return [await this.edge(), second];
  }

  /** The processes of the local service, where it is the other end. */
  async services(): Promise<number[]> {
    return this.#service ? [(await this.#service).pid] : [];
  }

  /** Where objects of the edge go to and come from. */
  get edgeNode(): { destinationType: string; destinationID: string } {
    const { EDGE_SYNC_ESS_TYPE = 'gateway', EDGE_SYNC_ESS_ID = 'edge1' } = process.env;
    return { destinationType: EDGE_SYNC_ESS_TYPE, destinationID: EDGE_SYNC_ESS_ID };
  }

  /** A service that gives canned answers at once, so that a client alone sets the pace. */
  async canned(): Promise<Place> {
    this.#canned ??= CannedProcess.start();
    return { address: (await this.#canned).address, key: 'admin@demo', secret: 'hush' };
  }

  /** For files of this run. */
  async folder(parent = this.parent): Promise<string> {
    const folder = this.#folders.get(parent) ?? mkdtemp(join(parent, 'edge-sync-bench-'));
    this.#folders.set(parent, folder);
    return folder;
  }

  /** A name that no run before had: the service may hold other objects. */
  name(prefix: string): string {
    this.#names += 1;
    return `${prefix}-${process.pid}-${Date.now().toString(36)}-${this.#names}`;
  }

  /** Objects that wait where clients alone are measured: at a given service, or with canned answers. */
  async waiting(count: number, bytes: number): Promise<{ edge: Place; objectType: string }> {
    if (process.env.EDGE_SYNC_ESS_URL === undefined)
      return { edge: await this.canned(), objectType: this.name(`live-${count}`) };
    return { edge: await this.edge(), objectType: await this.objectsAtEdge(count, bytes) };
  }

  /** Objects that wait at the edge. @returns their type. */
  async objectsAtEdge(count: number, bytes: number): Promise<string> {
    const objectType = this.name('bench');
    const cloud = new SyncServiceClient(connection(await this.cloud()));
    const edge = new SyncServiceClient(connection(await this.edge()));
    const data = Buffer.alloc(bytes, 'x');
    let next = 0;
    const publish = async (): Promise<void> => {
      for (let index = next++; index < count; index = next++)
        await cloud.publish({ objectType, objectID: `o${index}`, ...this.edgeNode }, data);
    };
    await Promise.all(Array.from({ length: 16 }, publish));
    for (let arrived = 0; arrived < count; ) {
      arrived = await until(
        `more than ${arrived} of ${count} objects have arrived`,
        async () => {
          const now = (await edge.listUpdates(objectType)).length;
          return now > arrived && now;
        },
        patience,
      );
      // A service that is busy delivering would read its list out for us all the time.
      if (arrived < count) await pause(200);
    }
    await Promise.all([cloud.close(), edge.close()]);
    return objectType;
  }

  async close(): Promise<void> {
    await (await this.#service)?.stop();
    await (await this.#canned)?.stop();
    for (const folder of this.#folders.values()) await rm(await folder, { recursive: true });
  }

  async #local(index: number, organization?: string): Promise<Place> {
    const { destinationType, destinationID } = this.edgeNode;
    this.#service ??= ServiceProcess.start(
      [destinationID, 'edge2', 'edge3'].map((id) => `${destinationType}/${id}`),
      undefined,
    );
    const address = (await this.#service).addresses[index] ?? '';
    return { address, ...(organization && { organization }), key: 'admin@demo', secret: 'hush' };
  }
}

function place(address: string, key = '', secret = '', caFile?: string, organization?: string): Place {
  return { address, key, secret, ...(organization && { organization }), ...(caFile && { caFile }) };
}
