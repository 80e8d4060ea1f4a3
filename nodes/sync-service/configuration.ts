import type { Node, NodeDef } from 'node-red';
import type { ServiceConnection } from './connection';

/** Which of the two services a sync-service is connected to. */
export type Side = 'cloud' | 'edge';

/** What the dialog of the sync-service config node keeps in the flow. */
export interface SyncServiceConfig extends NodeDef {
  /** `openhorizon`: the ESS that HZN_ESS_* names. */
  connection: 'openhorizon' | 'address' | 'local';
  /** For `address`: http://, https://, unix:/// or secure-unix:///. */
  address: string;
  side: Side;
  /** Of a cloud, and of a local edge. */
  organization: string;
  /** The node type and ID of a local edge. */
  edgeType: string;
  edgeID: string;
  /** Path of a PEM file with the certificates to trust, instead of a tls-config node. */
  caFile: string;
  /** ID of a tls-config node, or empty. */
  tls: string;
  /** Reach a cloud by the proxy that the environment names. */
  proxy: boolean;
}

export interface SyncServiceCredentials {
  key?: string;
  secret?: string;
}

/** A sync-service config node, as the nodes that use it see it. */
export interface SyncServiceNode extends Node<SyncServiceCredentials> {
  readonly connection: ServiceConnection;
  /** The address that its credentials are stored for. */
  readonly address: string;
}
