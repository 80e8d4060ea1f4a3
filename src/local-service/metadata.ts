import { parseExactJson } from '../protocol/exact-json';
import type { ObjectMetadata } from '../protocol/metadata';
import { badRequest } from './answer';

/** Every field in the service's order, with the value that it has when it is not set. */
const unset: ObjectMetadata = {
  objectID: '',
  objectType: '',
  destinationOrgID: '',
  destinationID: '',
  destinationType: '',
  destinationsList: null,
  destinationPolicy: null,
  expiration: '',
  version: '',
  description: '',
  link: '',
  inactive: false,
  activationTime: '',
  noData: false,
  metaOnly: false,
  destinationDataUri: '',
  sourceDataUri: '',
  consumers: 1,
  autodelete: false,
  originID: '',
  originType: '',
  deleted: false,
  instanceID: '0',
  dataID: '0',
  objectSize: 0,
  chunkSize: 0,
  uploadChunkSize: 0,
  hashAlgorithm: '',
  publicKey: '',
  signature: '',
  public: false,
  ownerID: '',
};

/** A PUT of metadata, with the data if it came along. */
export interface Update {
  metadata: ObjectMetadata;
  data: Buffer | undefined;
}

/**
 * Reads and checks the body of a PUT.
 *
 * @throws Answer 400 with the service's own words.
 */
export function readUpdate(body: string, objectType: string, objectID: string): Update {
  const { meta, data } = readJson(body);
  const metadata = { ...unset, ...meta };
  checkName(metadata, objectType, objectID);
  checkDestinations(metadata);
  if (metadata.deleted) throw badRequest('Object marked as deleted');
  if (metadata.metaOnly && data) throw badRequest("Can't update data if MetaOnly is true");
  return { metadata: { ...metadata, consumers: metadata.consumers || 1 }, data };
}

function readJson(body: string): { meta: Partial<ObjectMetadata>; data: Buffer | undefined } {
  if (body.trim() === '') throw badRequest('Invalid JSON for update. Error: EOF');
  let parsed: { meta?: Partial<ObjectMetadata>; data?: unknown };
  try {
    parsed = parseExactJson(body) as typeof parsed;
  } catch {
    throw badRequest('Invalid JSON for update. Error: unexpected EOF');
  }
  const { meta = {}, data } = parsed ?? {};
  return { meta, data: typeof data === 'string' ? decode(data) : undefined };
}

function decode(data: string): Buffer {
  if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(data)) {
    throw badRequest('Invalid JSON for update. Error: illegal base64 data at input byte 0');
  }
  return Buffer.from(data, 'base64');
}

function checkName(metadata: ObjectMetadata, objectType: string, objectID: string): void {
  if (!metadata.objectID) throw badRequest("Object's meta data does not contain object's ID");
  if (!metadata.objectType) throw badRequest("Object's meta data does not contain object's type");
  if (metadata.objectID !== objectID) {
    throw badRequest(
      `Object ID (${objectID}) in the URL doesn't match the object-id (${metadata.objectID}) in the payload`,
    );
  }
  if (metadata.objectType !== objectType) {
    throw badRequest(
      `Object type (${objectType}) in the URL doesn't match the object-type (${metadata.objectType}) in the payload`,
    );
  }
}

function checkDestinations({ destinationID, destinationType, destinationsList }: ObjectMetadata): void {
  if (destinationID && !destinationType) {
    throw badRequest("Destination ID provided without destination type in object's meta data");
  }
  if (destinationsList && destinationType) {
    throw badRequest('Both destinations list and destination type are specified');
  }
  for (const entry of destinationsList ?? []) {
    if (!entry.includes(':')) throw badRequest(`Invalid destination ${entry}`);
  }
}
