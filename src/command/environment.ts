import { SyncServiceClient } from '../client';
import { UsageError } from './exit';

/** What a command may be told in the environment: never in arguments, which every user of a machine can read. */
export type Environment = NodeJS.ProcessEnv;

/** Whether to use the service of Open Horizon's agent, because the environment names no other. */
export function isOpenHorizons(environment: Environment): boolean {
  const { HZN_ESS_API_PROTOCOL: protocol, HZN_ESS_API_ADDRESS: address } = environment;
  return !environment.EDGE_SYNC_URL?.trim() && Boolean(protocol || address);
}

/**
 * The client of the service that the environment names: EDGE_SYNC_URL, _ORG, _KEY, _SECRET and _CA or, without
 * EDGE_SYNC_URL, what Open Horizon's agent gives its services. A cloud is reached through HTTPS_PROXY, ALL_PROXY,
 * HTTP_PROXY and NO_PROXY.
 *
 * @throws UsageError, or SyncServiceError SYNC_ENVIRONMENT or SYNC_INVALID_ARGUMENT, if that is not enough.
 */
export function connect(environment: Environment): SyncServiceClient {
  if (isOpenHorizons(environment)) return SyncServiceClient.fromEnvironment({ environment });
  const address = environment.EDGE_SYNC_URL?.trim();
  if (!address) {
    throw new UsageError(
      'Which service? Set EDGE_SYNC_URL, or run where Open Horizon has set HZN_ESS_API_PROTOCOL and the others',
    );
  }
  const { EDGE_SYNC_ORG: organization, EDGE_SYNC_KEY: key, EDGE_SYNC_SECRET: secret } = environment;
  if (secret && !key) throw new UsageError('EDGE_SYNC_SECRET is set, and EDGE_SYNC_KEY is not');
  return new SyncServiceClient({
    address,
    ...(organization && { organization, proxyFromEnvironment: true }),
    ...(key && { key }),
    ...(secret && { secret }),
    ...(environment.EDGE_SYNC_CA && { tls: { caFile: environment.EDGE_SYNC_CA } }),
  });
}
