import type { NodeAPI } from 'node-red';
import type { ClientOptions } from '../../src/client';
import { invalidInput } from '../common/failure';
import { sharedText } from '../common/text';
import { isSecure } from './address';
import type { SyncServiceSettings } from './configuration';

export type TlsOptions = NonNullable<ClientOptions['tls']>;

/** The part of Node-RED's tls-config node that other nodes may rely on. */
interface TlsConfigNode {
  addTLSOptions(options: object): TlsOptions;
}

/** What the chosen tls-config node says; undefined where none is chosen, or the chosen one is disabled or gone. */
export function tlsOf(
  RED: Pick<NodeAPI, 'nodes'>,
  { tls }: Pick<SyncServiceSettings, 'tls'>,
): TlsOptions | undefined {
  const node = tls === '' ? null : (RED.nodes.getNode(tls) as unknown as Partial<TlsConfigNode> | null);
  return typeof node?.addTLSOptions === 'function' ? node.addTLSOptions({}) : undefined;
}

/**
 * Whoever chose whom to trust is not served with anybody else.
 *
 * @throws NodeFailure SYNC_INVALID_ARGUMENT where a tls-config node is chosen that is not there, and TLS is spoken.
 */
export function refuseMissingTls({
  address,
  connection,
  tls,
}: Pick<SyncServiceSettings, 'address' | 'connection' | 'tls'>): void {
  if (tls === '' || connection !== 'address' || !isSecure(address)) return;
  throw invalidInput(
    'TLS: the TLS configuration of the sync-service is disabled or gone: choose another',
    sharedText('wrong.tlsGone'),
  );
}
