import { systemClock } from '../system/clock';
import { within } from '../system/deadline';
import type { SyncServiceClient } from './client';
import { isPlain } from './connection/failures';
import type { ServiceKind } from './connection/kind';
import { isSyncServiceError } from './errors';

/** How long a test of a connection may take, in ms. */
const patience = 10_000;
/** Asked for to see whether lists are shown: an object of this type is none of anybody's. */
const nobodysType = 'edge-sync-doctor';

/** What may be found. */
export const findings = [
  'cloud',
  'edge',
  'invalid',
  'refused',
  'unknownHost',
  'noSocket',
  'socketDenied',
  'unreachable',
  'broken',
  'proxy',
  'certificate',
  'expired',
  'notYetValid',
  'otherName',
  'notTls',
  'needsTls',
  'timeout',
  'busy',
  'credentials',
  'organization',
  'isEdge',
  'isCloud',
  'notService',
  'notHealthy',
  'other',
] as const;

export type Finding = (typeof findings)[number];

/** What a test of a connection found. Whoever shows it has a sentence for each `finding`; `detail` is what that is about. */
export interface Diagnosis {
  good: boolean;
  finding: Finding;
  detail: string;
}

/** Asks the service what the nodes will ask it, and says in what way it does not work. */
export function diagnose(client: SyncServiceClient, clock = systemClock): Promise<Diagnosis> {
  return within(clock, patience, [], (signal) => look(client, signal));
}

async function look(client: SyncServiceClient, signal: AbortSignal): Promise<Diagnosis> {
  try {
    const { general } = await client.getHealth({ signal });
    if (general?.nodeType !== client.kind) return wrongKind(general?.nodeType);
    if (general.healthStatus === 'red') return bad('notHealthy', general.healthStatus);
  } catch (error) {
    return findingOf(error);
  }
  try {
    // Its health a service tells whoever has any account; what is in an organization only to those of it. A cloud shows
    // others empty lists, and refuses its destinations; an edge refuses lists, of types that nobody uses, too.
    if (client.kind === 'ESS') {
      await client.listUpdates(nobodysType, { signal });
      return { good: true, finding: 'edge', detail: client.address };
    }
    await client.getDestinations({ signal });
    return { good: true, finding: 'cloud', detail: client.organization ?? '' };
  } catch (error) {
    const found = findingOf(error);
    if (found.finding !== 'credentials' || client.kind === 'ESS') return found;
    return bad('organization', client.organization);
  }
}

function wrongKind(kind: ServiceKind | undefined): Diagnosis {
  if (kind === 'ESS') return bad('isEdge');
  return kind === 'CSS' ? bad('isCloud') : bad('notService');
}

/** What a failure means to somebody who has set up a connection. */
export function findingOf(error: unknown): Diagnosis {
  if (!isSyncServiceError(error)) return bad('other', error instanceof Error ? error.message : String(error));
  const beneath = codeOf(error.cause);
  switch (error.code) {
    case 'SYNC_INVALID_ARGUMENT':
    case 'SYNC_ENVIRONMENT':
      return bad('invalid', error.message);
    case 'SYNC_UNREACHABLE':
      // What a proxy is to be asked for says nothing of the service.
      if (beneath === 'EDGE_SYNC_PROXY' || /\(through the proxy /.test(error.message))
        return bad('proxy', error.message);
      return bad(unreachable[beneath] ?? 'unreachable', beneath);
    case 'SYNC_TLS':
      return isPlain(beneath) ? bad('notTls') : bad(certificate[beneath] ?? 'certificate', beneath);
    case 'SYNC_TIMEOUT':
      return bad('timeout');
    case 'SYNC_BUSY':
      return bad('busy', String(error.statusCode));
    case 'SYNC_UNAUTHORIZED':
      return bad('credentials');
    case 'SYNC_NOT_FOUND':
    case 'SYNC_UNEXPECTED_RESPONSE':
      return bad('notService');
    case 'SYNC_WRONG_SERVICE_KIND':
      return /an ESS/.test(error.message) ? bad('isEdge') : bad('isCloud');
    case 'SYNC_REJECTED':
      // Go's answer to plain HTTP where TLS is due.
      return /HTTPS server/.test(error.response ?? '') ? bad('needsTls') : bad('other', error.message);
    default:
      return bad('other', error.message);
  }
}

const unreachable: Record<string, Finding> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknownHost',
  EAI_AGAIN: 'unknownHost',
  ENOENT: 'noSocket',
  EACCES: 'socketDenied',
  ECONNRESET: 'broken',
  EPIPE: 'broken',
  UND_ERR_SOCKET: 'broken',
};

const certificate: Record<string, Finding> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'notYetValid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'otherName',
};

function bad(finding: Finding, detail = ''): Diagnosis {
  return { good: false, finding, detail };
}

function codeOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return '';
  return typeof cause.code === 'string' ? cause.code : '';
}
