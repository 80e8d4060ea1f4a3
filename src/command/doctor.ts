import type { SyncServiceClient } from '../client';
import { type Diagnosis, diagnose, type Finding, findingOf } from '../client/diagnosis';
import { connect, type Environment } from './environment';
import { exit, UsageError } from './exit';
import type { Output } from './output';

/** What was found, and what is to be done. */
const texts: Readonly<Record<Finding, (detail: string) => string>> = {
  cloud: (detail) => `All is well: the cloud (CSS) takes the key for the organization ${detail}`,
  edge: (detail) => `All is well: the edge (ESS) at ${detail} takes the key`,
  invalid: (detail) => detail,
  refused: () => 'Nobody listens at this address: is the service running, and the port right?',
  unknownHost: () => 'There is no host of this name: look at EDGE_SYNC_URL, and at the DNS of this machine',
  noSocket: () => 'There is no socket at this path: is the service running, and the folder mounted?',
  socketDenied: () => 'This user may not use the socket: it must be in the group of the socket',
  unreachable: (detail) =>
    `The service cannot be reached (${detail}): look at the network between here and there`,
  broken: (detail) =>
    `The connection breaks before anything is answered (${detail}): a proxy, a firewall or another protocol`,
  proxy: (detail) => detail,
  certificate: (detail) =>
    `The certificate of the service is not trusted (${detail}): name its CA file in EDGE_SYNC_CA`,
  expired: () => "The certificate of the service has expired: renew it, or set this machine's clock",
  notYetValid: () => "The certificate of the service is not valid yet: set this machine's clock",
  otherName: () => 'The certificate of the service is for another name: use the name that is in it',
  notTls: () => 'The service does not speak TLS: begin the address with http:// or unix:///',
  needsTls: () => 'The service speaks TLS: begin the address with https:// or secure-unix:///',
  timeout: () => 'The service does not answer: something takes the connection, and stays silent',
  busy: (detail) => `The service is busy (${detail}): try again later`,
  credentials: () => 'The service refuses key and secret: look at EDGE_SYNC_KEY and EDGE_SYNC_SECRET',
  organization: (detail) =>
    `The key is accepted, but not for the organization ${detail}: look at EDGE_SYNC_ORG`,
  isEdge: () => 'The service is an edge (ESS): leave EDGE_SYNC_ORG out',
  isCloud: () => 'The service is a cloud (CSS): name its organization in EDGE_SYNC_ORG',
  notService: () => 'What answers at this address is no sync service: the address ends before /api/v1',
  notHealthy: (detail) => `The service answers, but says that it is not well (${detail}): look into its log`,
  other: (detail) => detail,
};

/** Says what is wrong with the connection that the environment names, and what is to be done. */
export async function doctor(environment: Environment, output: Output): Promise<number> {
  const { good, finding, detail } = await examine(environment);
  output.result({ good, finding, detail }, texts[finding](detail));
  return good ? exit.done : exit.failed;
}

async function examine(environment: Environment): Promise<Diagnosis> {
  let client: SyncServiceClient;
  try {
    client = connect(environment);
  } catch (error) {
    if (!(error instanceof UsageError)) return findingOf(error);
    return { good: false, finding: 'invalid', detail: error.message };
  }
  try {
    return await diagnose(client);
  } finally {
    await client.close();
  }
}
