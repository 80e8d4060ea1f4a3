import { SyncServiceClient } from '../../src/client';
import { LocalService, type LocalServiceOptions } from '../../src/local-service';
import { until } from './until';

/** A local service with a client of its cloud and one of its first edge. */
export interface LocalPair {
  service: LocalService;
  cloud: SyncServiceClient;
  edge: SyncServiceClient;
  close(): Promise<void>;
}

const organization = 'demo';
const key = `admin@${organization}`;

/** Where `startPair` has its edge. */
export const place = { organization, destinationType: 'gateway', destinationID: 'edge1' };

/** Clients of a service that runs; they close with it. */
export function pairOf(service: LocalService): LocalPair {
  const cloud = new SyncServiceClient({ address: service.cloud.address, organization, key });
  const edge = new SyncServiceClient({ address: service.edges[0]?.address ?? '', key });
  return {
    service,
    cloud,
    edge,
    async close() {
      await Promise.all([cloud.close(), edge.close()]);
      await service.stop();
    },
  };
}

/** Starts a cloud and its edge, with intervals of milliseconds, and waits until the edge has registered. */
export async function startPair(options: LocalServiceOptions = {}): Promise<LocalPair> {
  const { intervals, ...others } = options;
  const service = await LocalService.start({
    edges: [place],
    intervals: { registration: 1, poll: 5, ...intervals },
    ...others,
  });
  const pair = pairOf(service);
  await until('the edges have registered', () => service.cloud.registeredEdges === service.edges.length);
  return pair;
}
