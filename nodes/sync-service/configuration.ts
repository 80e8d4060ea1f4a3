import type { Node } from 'node-red';
import type { Settings } from '../common/settings';
import type { ServiceConnection } from './connection';
import type { table } from './fields';
import type { Outage } from './outage';
import type { ServiceOutbox } from './outbox';

/** What the dialog of the sync-service config node keeps in the flow. */
export type SyncServiceSettings = Settings<typeof table.fields>;

export interface SyncServiceCredentials {
  key?: string;
  secret?: string;
}

/** A sync-service config node, as the nodes that use it see it. */
export interface SyncServiceNode extends Node<SyncServiceCredentials> {
  readonly connection: ServiceConnection;
  readonly outbox: ServiceOutbox;
  readonly outage: Outage;
  /** How it connects, and its credentials with it. */
  readonly settings: SyncServiceSettings;
}
