/** Where an object may go by policy: the part of Open Horizon's policies that the service stores with it. */
export interface DestinationPolicy {
  properties: PolicyProperty[] | null;
  constraints: string[] | null;
  services: PolicyService[] | null;
  /** When the service took the policy, in nanoseconds since 1970. */
  timestamp?: string;
}

export interface PolicyProperty {
  name: string;
  value: unknown;
  type?: string;
}

/** A service that a node must run: `arch` may be `*`, and `version` is a range such as `[1.0.0,INFINITY)`. */
export interface PolicyService {
  orgID: string;
  serviceName: string;
  arch: string;
  version: string;
}

/**
 * The metadata of an object as the service gives it: every field is always present. Names are the service's own.
 * instanceID changes with every version of the object, dataID only with its data; both are 64-bit integers
 * and therefore decimal strings here.
 */
export interface ObjectMetadata {
  objectID: string;
  objectType: string;
  destinationOrgID: string;
  destinationID: string;
  destinationType: string;
  /** `type:id` entries; null when the object is addressed in another way. */
  destinationsList: string[] | null;
  destinationPolicy: DestinationPolicy | null;
  /** RFC 3339, or empty. */
  expiration: string;
  /** A text for those who receive it, as `description`; the service compares neither. */
  version: string;
  description: string;
  /** Where the data is, when the object has none. */
  link: string;
  /** Not delivered until it is activated, or until `activationTime`. */
  inactive: boolean;
  /** RFC 3339, or empty. */
  activationTime: string;
  /** It has no data, and none will come. */
  noData: boolean;
  /** Published without data, and what was there stays. */
  metaOnly: boolean;
  /** `file:///path` on the computer of the edge, under its PERSISTENCE_ROOT_PATH: where it puts the data. */
  destinationDataUri: string;
  /** `file:///path` on the computer of the edge that publishes: where its data is. */
  sourceDataUri: string;
  /** How many applications must mark the object consumed at one destination before it counts as consumed. */
  consumers: number;
  /** Deleted an hour after it was consumed everywhere: for one edge, or a list. */
  autodelete: boolean;
  /** Of the service that it was published to. */
  originID: string;
  originType: string;
  /** It was deleted, and this is told to whom it was sent. */
  deleted: boolean;
  instanceID: string;
  dataID: string;
  /** Bytes of data. */
  objectSize: number;
  chunkSize: number;
  uploadChunkSize: number;
  hashAlgorithm: string;
  /** Base64 of the DER of the signer's public key (SPKI). */
  publicKey: string;
  /** Base64 of an RSA-PSS signature over the data. */
  signature: string;
  /** Users of other organizations may read it. */
  public: boolean;
  ownerID: string;
}

/**
 * The fields that the service decides itself. It overwrites them on a PUT (or, for `deleted`, refuses them),
 * so they are never sent: metadata that was read may be edited and published again as it is.
 */
export const serviceOwnedFields = [
  'instanceID',
  'dataID',
  'objectSize',
  'chunkSize',
  'uploadChunkSize',
  'ownerID',
  'originID',
  'originType',
  'deleted',
  'destinationOrgID',
] as const satisfies readonly (keyof ObjectMetadata)[];

/** Metadata that an application publishes: type and ID, and whatever else it wants to say. */
export type ObjectMetadataInput = Pick<ObjectMetadata, 'objectID' | 'objectType'> &
  Partial<Omit<ObjectMetadata, (typeof serviceOwnedFields)[number]>>;

/** The state of an object at one of its destinations, as the sending service knows it. */
export type DeliveryStatus = 'pending' | 'delivering' | 'delivered' | 'consumed' | 'deleted' | 'error';

export interface DestinationStatus {
  destinationType: string;
  destinationID: string;
  status: DeliveryStatus | (string & {});
  /** Why the delivery failed; empty unless `status` is `error`. */
  message: string;
}

/** The state of an object on the service itself: at its sender, or at a receiver. */
export type ObjectStatus =
  | 'notReady'
  | 'ready'
  | 'verifying'
  | 'verificationFailed'
  | 'partiallyreceived'
  | 'receiverVerifying'
  | 'receiverVerificationFailed'
  | 'completelyReceived'
  | 'objreceived'
  | 'objconsumed'
  | 'objdeleted'
  | 'consumedByDest'
  | (string & {});

/** An edge node that has registered with the cloud. */
export interface Destination {
  destinationOrgID: string;
  destinationType: string;
  destinationID: string;
  communication: string;
  codeVersion: string;
}
