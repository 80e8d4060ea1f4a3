import { isSyncServiceError, type ServiceKind, type SyncServiceClient } from '../../src/client';
import { systemClock } from '../../src/system/clock';
import { within } from '../../src/system/deadline';
import { NodeFailure } from '../common/failure';

/** How long a test of a connection may take, in ms. */
const patience = 10_000;

/**
 * What a test of a connection found. The editor has a sentence for each `finding` in its own language; `detail` is
 * what that sentence is about.
 */
export interface Diagnosis {
  good: boolean;
  finding: string;
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
  } catch (error) {
    return findingOf(error);
  }
  try {
    // Its health a service tells whoever has any account; what is in an organization only to those of it.
    if (client.kind === 'CSS') await client.getDestinations({ signal });
    const detail = client.kind === 'CSS' ? (client.organization ?? '') : client.address;
    return { good: true, finding: client.kind === 'CSS' ? 'cloud' : 'edge', detail };
  } catch (error) {
    const found = findingOf(error);
    if (found.finding !== 'credentials') return found;
    return bad('organization', client.organization);
  }
}

function wrongKind(kind: ServiceKind | undefined): Diagnosis {
  if (kind === 'ESS') return bad('isEdge');
  return kind === 'CSS' ? bad('isCloud') : bad('notService');
}

/** What a failure means to somebody who fills in the dialog. */
export function findingOf(error: unknown): Diagnosis {
  if (error instanceof NodeFailure) return bad('invalid', error.message);
  if (!isSyncServiceError(error)) return bad('other', error instanceof Error ? error.message : String(error));
  const beneath = codeOf(error.cause);
  switch (error.code) {
    case 'SYNC_INVALID_ARGUMENT':
    case 'SYNC_ENVIRONMENT':
      return bad('invalid', error.message);
    case 'SYNC_UNREACHABLE':
      return bad(unreachable[beneath] ?? 'unreachable', beneath);
    case 'SYNC_TLS':
      return /^ERR_SSL_(WRONG_VERSION|PACKET_LENGTH)/.test(beneath)
        ? bad('notTls')
        : bad('certificate', beneath);
    case 'SYNC_TIMEOUT':
      return bad('timeout');
    case 'SYNC_UNAUTHORIZED':
      return bad('credentials');
    case 'SYNC_NOT_FOUND':
    case 'SYNC_UNEXPECTED_RESPONSE':
      return bad('notService');
    case 'SYNC_REJECTED':
      // Go's answer to plain HTTP where TLS is due.
      return /HTTPS server/.test(error.response ?? '') ? bad('needsTls') : bad('other', error.message);
    default:
      return bad('other', error.message);
  }
}

const unreachable: Record<string, string> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknownHost',
  EAI_AGAIN: 'unknownHost',
  ENOENT: 'noSocket',
  EACCES: 'socketDenied',
};

function bad(finding: string, detail = ''): Diagnosis {
  return { good: false, finding, detail };
}

function codeOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return '';
  return typeof cause.code === 'string' ? cause.code : '';
}
