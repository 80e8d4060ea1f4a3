import { isSyncServiceError, type SyncServiceClient } from '../client';
import { type Diagnosis, diagnose, type Finding, findingOf } from '../client/diagnosis';
import { type Environment, isOpenHorizons } from './environment';

/** Where to correct what is wrong: the environment's names for it. */
interface Variables {
  host: string;
  /** How an address begins, without TLS and with it. */
  plain: string;
  secure: string;
  credentials: string;
  certificate: string;
}

const own: Variables = {
  host: 'EDGE_SYNC_URL',
  plain: 'begin the address with http:// or unix:///',
  secure: 'begin the address with https:// or secure-unix:///',
  credentials: 'look at EDGE_SYNC_KEY and EDGE_SYNC_SECRET',
  certificate: 'name its CA file in EDGE_SYNC_CA',
};

const openHorizons: Variables = {
  host: 'HZN_ESS_API_ADDRESS',
  plain: 'HZN_ESS_API_PROTOCOL is http or unix then',
  secure: 'HZN_ESS_API_PROTOCOL is https or secure-unix then',
  credentials: 'the file that HZN_ESS_AUTH names is of another agreement, or of another agent',
  certificate: 'HZN_ESS_CERT names that of another agent',
};

/** What was found, and what to do about it. */
const sentences: Readonly<Record<Finding, (detail: string, variables: Variables) => string>> = {
  cloud: (detail) => `All is well: the cloud (CSS) takes the key for the organization ${detail}`,
  edge: (detail) => `All is well: the edge (ESS) at ${detail} takes the key`,
  invalid: (detail) => detail,
  refused: () => 'Nobody listens at this address: is the service running, and the port right?',
  unknownHost: (_, { host }) =>
    `There is no host of this name: look at ${host}, and at the DNS of this machine`,
  noSocket: () => 'There is no socket at this path: is the service running, and the folder mounted?',
  socketDenied: () => 'This user may not use the socket: it must be in the group of the socket',
  unreachable: (detail) =>
    `The service cannot be reached (${detail}): look at the network between here and there`,
  broken: (detail) =>
    `The connection breaks before anything is answered (${detail}): a proxy, a firewall or another protocol`,
  proxy: (detail) => detail,
  certificate: (detail, { certificate }) =>
    `The certificate of the service is not trusted (${detail}): ${certificate}`,
  expired: () => "The certificate of the service has expired: renew it, or set this machine's clock",
  notYetValid: () => "The certificate of the service is not valid yet: set this machine's clock",
  otherName: () => 'The certificate of the service is for another name: use the name that is in it',
  notTls: (_, { plain }) => `The service does not speak TLS: ${plain}`,
  needsTls: (_, { secure }) => `The service speaks TLS: ${secure}`,
  timeout: () => 'The service does not answer: something takes the connection, and stays silent',
  busy: (detail) => `The service is busy (${detail}): try again later`,
  credentials: (_, { credentials }) => `The service refuses key and secret: ${credentials}`,
  organization: (detail) =>
    `The key is accepted, but not for the organization ${detail}: look at EDGE_SYNC_ORG`,
  isEdge: () => 'The service is an edge (ESS): leave EDGE_SYNC_ORG out',
  isCloud: () => 'The service is a cloud (CSS): name its organization in EDGE_SYNC_ORG',
  notService: () =>
    'What answers at this address is no sync service: look at host, port and path, which ends before /api/v1',
  notHealthy: (detail) => `The service answers, but says that it is not well (${detail}): look into its log`,
  other: (detail) => detail,
};

/** Findings that tell more than the error itself, and apply wherever it happened. */
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

/** Says what to do, in terms of the variables that name the service. */
export class Remedies {
  readonly #variables: Variables;

  constructor(environment: Environment) {
    this.#variables = isOpenHorizons(environment) ? openHorizons : own;
  }

  /** A diagnosis as a sentence for people. */
  sentenceOf({ finding, detail }: Diagnosis): string {
    return sentences[finding](detail, this.#variables);
  }

  /** The remedy for a failure of the connection; undefined if the error says enough itself. */
  against(error: unknown): string | undefined {
    const found = findingOf(error);
    return telling.has(found.finding) ? this.sentenceOf(found) : undefined;
  }

  /** The same, after asking the service what it refuses: its 403 means a wrong key, or a right that the key lacks. */
  async askedOf(client: SyncServiceClient, error: unknown): Promise<string | undefined> {
    if (!isSyncServiceError(error, 'SYNC_UNAUTHORIZED')) return this.against(error);
    const found = await diagnose(client);
    return found.good
      ? 'The key is good: its user may not do this, or not with this object'
      : this.sentenceOf(found);
  }
}
