import { SyncServiceClient } from '../../src/client';
import { contend, each } from '../contender';
import { connection, type Place } from '../place';
import { Usage } from '../usage';

/** For how long nothing was under way. */
class Waiting {
  #underWay = 0;
  #since = performance.now();
  #waited = 0;

  /** In ms. */
  get waited(): number {
    return this.#waited;
  }

  async during(work: () => Promise<unknown>): Promise<void> {
    if (this.#underWay === 0) this.#waited += performance.now() - this.#since;
    this.#underWay += 1;
    await work();
    this.#underWay -= 1;
    this.#since = performance.now();
  }
}

/** Publishes at the cloud, and fetches and consumes everything at each edge. */
void contend(async ({ bytes, cloud, edges, objects, objectType, services }: DeliverTask) => {
  const sender = new SyncServiceClient(connection(cloud));
  const data = Buffer.alloc(bytes, 'x');
  const usages = services.map((pid) => new Usage(pid));
  const cpuOfServices = (): number => usages.reduce((sum, each) => sum + each.cpu(), 0);
  const consume = async (place: Place, all: Waiting): Promise<number> => {
    const edge = new SyncServiceClient(connection(place));
    const updates = edge.pollForUpdates(objectType, { interval: 500 });
    const own = new Waiting();
    const take = async (object: { objectType: string; objectID: string }): Promise<void> => {
      await edge.fetchObjectData(object);
      await updates.acknowledge(object);
    };
    const taking: Promise<unknown>[] = [];
    for await (const { object } of updates) {
      taking.push(all.during(() => own.during(() => take(object))));
      if (taking.length === objects) break;
    }
    await Promise.all(taking);
    return own.waited;
  };
  return async () => {
    const [begun, own, others] = [performance.now(), process.cpuUsage(), cpuOfServices()];
    const all = new Waiting();
    const consuming = edges.map((edge) => consume(edge, all));
    await each(objects, 16, (index) =>
      all.during(() => sender.publish({ objectType, objectID: `o${index}` }, data)),
    );
    const waited = await Promise.all(consuming);
    const time = performance.now() - begun;
    const { system, user } = process.cpuUsage(own);
    return {
      'share with nothing under way': all.waited / time,
      'at an edge': waited.reduce((sum, each) => sum + each, 0) / waited.length / time,
      'cores of clients': (system + user) / 1_000 / time,
      'cores of services': (cpuOfServices() - others) / time,
    };
  };
});

interface DeliverTask {
  cloud: Place;
  edges: Place[];
  objects: number;
  objectType: string;
  bytes: number;
  /** Processes of services on this machine. */
  services: number[];
}
