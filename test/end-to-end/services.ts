import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { type ClientOptions, SyncServiceClient } from '../../src/client';
import type { ClientSeams } from '../../src/client/seams';
import { LocalService } from '../../src/local-service';
import { until } from '../support/until';

type Credentials = Pick<ClientOptions, 'key' | 'secret'>;

/** Another client of the same service, with the same credentials where the options have no others. */
export type Connect = (options?: Partial<ClientOptions>, seams?: ClientSeams) => SyncServiceClient;

/** A service that the suite runs against, and how to take it away for a while where that is possible. */
export interface Service {
  client: SyncServiceClient;
  connect: Connect;
  stop?: (() => Promise<void>) | undefined;
  start?: (() => Promise<void>) | undefined;
  /** Ends it and wipes what it has stored. */
  lose?: (() => Promise<void>) | undefined;
}

export interface Edge extends Service {
  destinationType: string;
  destinationID: string;
  /** Those of a service there, where they are given, and a client with them. */
  serviceCredentials?: Credentials | undefined;
  service?: SyncServiceClient | undefined;
}

/** A cloud with one edge or two. */
export interface Services {
  cloud: Service;
  edges: Edge[];
  close(): Promise<void>;
}

const organization = 'demo';
const key = 'admin@demo';
const serviceKey = 'demo$demo$1.0.0$reader';

/** Two edges of a local cloud, quicker than the real ones. */
export async function localServices(): Promise<Services> {
  const places = ['edge1', 'edge2'].map((destinationID) => ({
    organization,
    destinationType: 'gateway',
    destinationID,
  }));
  const intervals = { registration: 1, poll: 5, maintenance: 20 };
  const service = await LocalService.start({ edges: places, intervals });
  const cloud = {
    ...openedBy(connecting({ address: service.cloud.address, organization, key })),
    stop: () => service.cloud.stop(),
    start: () => service.cloud.start(),
    async lose() {
      await service.cloud.stop();
      service.cloud.forgetOrganization(organization);
    },
  };
  const edges = service.edges.map((edge) => ({
    ...openedBy(connecting({ address: edge.address, key }), { key: serviceKey }),
    destinationType: edge.destinationType,
    destinationID: edge.destinationID,
    stop: () => edge.stop(),
    start: () => edge.start(),
    async lose() {
      await edge.stop();
      edge.loseStore();
    },
  }));
  return {
    cloud,
    edges,
    async close() {
      await closeAll(cloud.client, edges);
      await service.stop();
    },
  };
}

/** The services that the environment names; undefined with what is missing where it does not. */
export function liveServices(environment: NodeJS.ProcessEnv): Services | { missing: string[] } {
  const required = ['CSS_URL', 'ORG', 'ESS_URL', 'ESS_TYPE', 'ESS_ID'].map((name) => `EDGE_SYNC_${name}`);
  const missing = required.filter((name) => !environment[name]);
  if (missing.length > 0) return { missing };
  const cloud = {
    ...openedBy(connecting(optionsOf(environment, 'CSS'))),
    ...commandsOf(environment, 'CSS'),
  };
  const names = environment.EDGE_SYNC_ESS2_URL ? ['ESS', 'ESS2'] : ['ESS'];
  const edges = names.map((name) => ({
    ...openedBy(connecting(optionsOf(environment, name)), serviceCredentialsOf(environment, name)),
    destinationType: environment[`EDGE_SYNC_${name}_TYPE`] ?? '',
    destinationID: environment[`EDGE_SYNC_${name}_ID`] ?? '',
    ...commandsOf(environment, name),
  }));
  return { cloud, edges, close: () => closeAll(cloud.client, edges) };
}

async function closeAll(cloud: SyncServiceClient, edges: readonly Edge[]): Promise<void> {
  const clients = edges.flatMap(({ client, service }) => (service ? [client, service] : [client]));
  await Promise.all([cloud, ...clients].map((client) => client.close()));
}

function connecting(known: ClientOptions): Connect {
  return (options = {}, seams = {}) => new SyncServiceClient({ ...known, ...options }, seams);
}

function openedBy(
  connect: Connect,
  serviceCredentials?: Credentials,
): Pick<Edge, 'client' | 'connect' | 'service' | 'serviceCredentials'> {
  return {
    client: connect(),
    connect,
    ...(serviceCredentials && { service: connect(serviceCredentials), serviceCredentials }),
  };
}

function serviceCredentialsOf(environment: NodeJS.ProcessEnv, name: string): Credentials | undefined {
  const key = environment[`EDGE_SYNC_${name}_SERVICE_KEY`];
  const secret = environment[`EDGE_SYNC_${name}_SERVICE_SECRET`] ?? '';
  return key === undefined ? undefined : { key, secret };
}

function optionsOf(environment: NodeJS.ProcessEnv, name: string): ClientOptions {
  const variable = (what: string): string | undefined => environment[`EDGE_SYNC_${name}_${what}`];
  const caFile = variable('CA');
  const key = variable('KEY');
  return {
    address: variable('URL') ?? '',
    ...(name === 'CSS' && { organization: environment.EDGE_SYNC_ORG ?? '' }),
    ...(key !== undefined && { key, secret: variable('SECRET') ?? '' }),
    ...(caFile !== undefined && { tls: { caFile } }),
  };
}

function commandsOf(environment: NodeJS.ProcessEnv, name: string): Pick<Service, 'stop' | 'start' | 'lose'> {
  const run = (command: string | undefined): (() => Promise<void>) | undefined =>
    command === undefined
      ? undefined
      : async () => {
          await promisify(exec)(command);
        };
  return {
    stop: run(environment[`EDGE_SYNC_${name}_STOP`]),
    start: run(environment[`EDGE_SYNC_${name}_START`]),
    lose: run(environment[`EDGE_SYNC_${name}_LOSE`]),
  };
}

/** An edge registers some seconds after it has started. */
export async function untilRegistered({ cloud, edges }: Services, bound: number): Promise<void> {
  await until(
    'the edges have registered',
    async () => {
      const known = await cloud.client.getDestinations();
      return edges.every(({ destinationType, destinationID }) =>
        known.some(
          (each) => each.destinationType === destinationType && each.destinationID === destinationID,
        ),
      );
    },
    bound,
  );
}
