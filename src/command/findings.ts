import { isSyncServiceError, type SyncServiceClient } from '../client';
import { type Diagnosis, diagnose, type Finding, findingOf } from '../client/diagnosis';

/** What was found, and what is to be done. */
const sentences: Readonly<Record<Finding, (detail: string) => string>> = {
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
  notService: () =>
    'What answers at this address is no sync service: look at host, port and path, which ends before /api/v1',
  notHealthy: (detail) => `The service answers, but says that it is not well (${detail}): look into its log`,
  other: (detail) => detail,
};

/** What a diagnosis says to people. */
export function sentenceOf({ finding, detail }: Diagnosis): string {
  return sentences[finding](detail);
}

/** What an error does not say by itself, and what holds wherever it happened. */
const telling: ReadonlySet<Finding> = new Set([
  'refused',
  'unknownHost',
  'noSocket',
  'socketDenied',
  'certificate',
  'expired',
  'notYetValid',
  'otherName',
  'notTls',
  'needsTls',
  'isEdge',
  'isCloud',
]);

/** What is to be done about a failure of the connection. */
export function remedyOf(error: unknown): string | undefined {
  const found = findingOf(error);
  return telling.has(found.finding) ? sentenceOf(found) : undefined;
}

/** The same, after asking the service what it refuses: its 403 does not tell a wrong key from what the key may not do. */
export async function remedyFrom(client: SyncServiceClient, error: unknown): Promise<string | undefined> {
  if (!isSyncServiceError(error, 'SYNC_UNAUTHORIZED')) return remedyOf(error);
  const found = await diagnose(client);
  return found.good
    ? 'The key is good: its user may not do this, or not with this object'
    : sentenceOf(found);
}
