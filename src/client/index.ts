export type {
  Destination,
  DestinationPolicy,
  DestinationStatus,
  ObjectMetadata,
  ObjectMetadataInput,
  ObjectStatus,
} from '../protocol/metadata';
export { type CallOptions, type ClientOptions, type ServiceHealth, SyncServiceClient } from './client';
export type { ConnectionOptions, TlsOptions } from './connection/options';
export type { DownloadOptions } from './data/download';
export type { DataSource } from './data/source';
export { isSyncServiceError, SyncServiceError, type SyncServiceErrorCode } from './errors';
export type { Acknowledgement, AcknowledgeOutcome } from './updates/acknowledge';
export type { ObjectUpdate, ReceiverOptions, ReceiverState, UpdateReceiver } from './updates/receiver';
export type { ObjectReference } from './validation';
