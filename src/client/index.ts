export type {
  DeliveryStatus,
  Destination,
  DestinationPolicy,
  DestinationStatus,
  ObjectMetadata,
  ObjectMetadataInput,
  ObjectStatus,
  PolicyProperty,
  PolicyService,
} from '../protocol/metadata';
export { serviceOwnedFields } from '../protocol/metadata';
export type { HashAlgorithm } from '../protocol/signature';
export type { Damage } from '../storage/damage';
export type { AccessListEntry, AccessListUser } from './administration/access-lists';
export type { DestinationObject, DestinationReference } from './administration/destinations';
export type { Organization } from './administration/organizations';
export type { ServiceHealth } from './administration/service';
export { SyncServiceClient } from './client';
export type { ClientOptions } from './client-options';
export type { ServiceKind } from './connection/kind';
export type { LeftOut } from './connection/list-entry';
export type { CallOptions, ConnectionOptions, TlsOptions } from './connection/options';
export type { DownloadOptions } from './data/download';
export type { PublishOptions, PublishOutcome } from './data/publisher';
export type { SigningKey } from './data/signing';
export type { DataSource, Progress } from './data/source';
export type { TransferHours } from './data/transfer-windows';
export type { UploadOptions } from './data/upload-options';
export type { OnWait, TransferWait } from './data/waits';
export {
  type Delivery,
  DeliveryFailure,
  type DeliveryGoal,
  type DeliveryOptions,
  type SentObject,
} from './deliveries/delivery';
export {
  errorCodes,
  isSyncServiceError,
  SyncServiceError,
  type SyncServiceErrorCode,
  type SyncServiceErrorDetails,
} from './errors';
export type { LeftOutUpdate } from './objects/left-out';
export type { ObjectFilter, ObjectSummary, PolicyFilter } from './objects/listing';
export type { ObjectReference } from './objects/names';
export type { OutboxEnd } from './outbox/ends';
export type { OutboxAction, OutboxEntry, OutboxOutcome, OutboxReason } from './outbox/entry';
export type { OutboxClient, OutboxLimits, OutboxOptions, PutOptions } from './outbox/options';
export { Outbox } from './outbox/outbox';
export type { OutboxState } from './outbox/state';
export type { Traced } from './tracing';
export type { Acknowledgement, AcknowledgeOutcome } from './updates/acknowledgement';
export type { AcknowledgementWait } from './updates/acknowledging';
export { type Journal, type KeptMap, openJournal } from './updates/journal';
export type { ObjectUpdate } from './updates/object-update';
export type { UpdateReceiver } from './updates/receiver';
export type { AcknowledgeOptions, ReceiverOptions, ReceiverState } from './updates/receiver-options';
export type { ObjectInFlow } from './updates/version';
