import { type ClientOptions, SyncServiceClient } from '../../src/client';
import { invalidInput, NodeFailure } from '../common/failure';
import { labelText, sharedText } from '../common/text';
import { endsInApi, isSecure, withoutApi } from './address';
import type { SyncServiceCredentials, SyncServiceSettings } from './configuration';
import type { OpenedClient } from './connection';
import { type SharedLocalService, sharedLocalService } from './local';
import type { TlsOptions } from './tls';

/** Where a client notes what it must know after a restart, and who is told when it cannot. */
export type ClientMemory = Pick<ClientOptions, 'journal' | 'onForgetful' | 'onLeftOut'>;

/** What a client has however it connects. */
type CommonOptions = ClientMemory & Pick<ClientOptions, 'transferRate' | 'transferHours' | 'timeZone'>;

/** What a dialog, saved or not, says of a connection. */
export type ConnectionSettings = Omit<SyncServiceSettings, 'name' | 'tls' | OutboxField | TransferField> &
  Partial<Pick<SyncServiceSettings, TransferField>>;

type TransferField = 'transferRate' | 'transferHours' | 'timeZone' | 'inChunks';

type OutboxField = Extract<keyof SyncServiceSettings, `outbox${string}`>;

/**
 * Makes the client that a sync-service describes; the local service is started for it where it is asked for.
 *
 * @param tls the options of a tls-config node, where one is chosen.
 * @param memory in memory, unless given.
 * @throws NodeFailure or SyncServiceError SYNC_INVALID_ARGUMENT, or SYNC_ENVIRONMENT, when something is missing.
 */
export async function openClient(
  settings: ConnectionSettings,
  credentials: SyncServiceCredentials,
  tls: TlsOptions | undefined,
  memory: ClientMemory = {},
  local: SharedLocalService = sharedLocalService(),
): Promise<OpenedClient> {
  const { transferRate = 0, transferHours = '', timeZone = '' } = settings;
  const common = {
    ...memory,
    ...(transferRate > 0 && { transferRate }),
    ...(transferHours.trim() && { transferHours, ...(timeZone.trim() && { timeZone: timeZone.trim() }) }),
  };
  switch (settings.connection) {
    case 'openhorizon':
      return { client: SyncServiceClient.fromEnvironment(common), release: () => undefined };
    case 'local':
      return openLocal(settings, common, local);
    case 'address':
      return { client: openAddress(settings, credentials, tls, common), release: () => undefined };
    default:
      throw invalidInput('Choose what the sync-service connects to', sharedText('needs.connection'));
  }
}

/** Whether the service could be anybody: the tls-config says that its certificate is not looked at. */
export function isUnverified(
  { connection, address }: ConnectionSettings,
  tls: TlsOptions | undefined,
): boolean {
  return connection === 'address' && isSecure(address) && tls?.rejectUnauthorized === false;
}

function openAddress(
  settings: ConnectionSettings,
  { key, secret }: SyncServiceCredentials,
  tls: TlsOptions | undefined,
  common: CommonOptions,
): SyncServiceClient {
  if (!settings.address) throw empty('address', 'The sync-service has no address: enter it there');
  if (endsInApi(settings.address)) {
    const message = `The address of the sync-service must not end in /api/v1: enter ${withoutApi(settings.address)}`;
    throw invalidInput(message, sharedText('wrong.apiPath'));
  }
  if (settings.side === 'cloud' && !settings.organization) {
    throw empty('organization', 'The sync-service has no organization: a cloud (CSS) needs one');
  }
  const trust = settings.caFile ? { ...tls, caFile: settings.caFile } : tls;
  return new SyncServiceClient({
    ...common,
    address: settings.address,
    ...(settings.side === 'cloud' && { organization: settings.organization }),
    ...(key && { key }),
    ...(secret && { secret }),
    ...(trust && { tls: trust }),
    ...(settings.proxy && { proxyFromEnvironment: true }),
    ...(settings.inChunks && { inChunks: true }),
  });
}

/** A field of the sync-service that its connection needs. */
function empty(field: string, message: string): NodeFailure {
  return invalidInput(message, sharedText('wrong.empty', { field: labelText('sync-service', field) }));
}

async function openLocal(
  settings: ConnectionSettings,
  common: CommonOptions,
  local: SharedLocalService,
): Promise<OpenedClient> {
  const { side, organization } = settings;
  if (!organization) throw empty('organization', 'The sync-service has no organization');
  if (side === 'edge' && (!settings.edgeType || !settings.edgeID)) {
    throw empty(settings.edgeType ? 'edgeID' : 'edgeType', 'The sync-service has no edge node type or ID');
  }
  const use = await local.use({ ...settings, organization }).catch((error: unknown) => {
    throw localFailure(error);
  });
  const client = new SyncServiceClient({
    ...common,
    address: use.address,
    ...(side === 'cloud' && { organization }),
    // The local service takes any user name@organization as that organization's admin, whatever the secret.
    key: `admin@${organization}`,
    secret: 'local',
  });
  return { client, release: use.release };
}

function localFailure(error: unknown): unknown {
  const { code, port } = error as { code?: unknown; port?: unknown };
  if (code !== 'EADDRINUSE') return error;
  const message = `The local service cannot start: port ${String(port)} is in use`;
  return new NodeFailure('SYNC_LOCAL_SERVICE', message, { code });
}
