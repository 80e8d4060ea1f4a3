import type { ObjectMetadata } from '../../protocol/metadata';
import type { Update } from '../delivery/version';
import { badRequest } from '../responses/response';
import { type GoStruct, readGoJson } from './go-json';

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
  consumers: 0,
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

const property: GoStruct = {
  name: 'common.PolicyProperty',
  fields: { name: 'string', value: 'any', type: 'string' },
};
const service: GoStruct = {
  name: 'common.ServiceID',
  fields: { orgID: 'string', arch: 'string', serviceName: 'string', version: 'string' },
};
const policy: GoStruct = {
  name: 'common.Policy',
  fields: {
    properties: { list: property },
    constraints: { list: 'string' },
    services: { list: service },
    timestamp: 'int64',
  },
};
const metadata: GoStruct = {
  name: 'common.MetaData',
  fields: {
    objectID: 'string',
    objectType: 'string',
    destinationOrgID: 'string',
    destinationID: 'string',
    destinationType: 'string',
    destinationsList: { list: 'string' },
    destinationPolicy: policy,
    expiration: 'string',
    version: 'string',
    description: 'string',
    link: 'string',
    inactive: 'bool',
    activationTime: 'string',
    noData: 'bool',
    metaOnly: 'bool',
    destinationDataUri: 'string',
    sourceDataUri: 'string',
    consumers: 'int',
    autodelete: 'bool',
    originID: 'string',
    originType: 'string',
    deleted: 'bool',
    instanceID: 'int64',
    dataID: 'int64',
    objectSize: 'int64',
    chunkSize: 'int',
    uploadChunkSize: 'int',
    hashAlgorithm: 'string',
    publicKey: 'string',
    signature: 'string',
    public: 'bool',
    ownerID: 'string',
  },
};
const objectUpdate: GoStruct = { name: 'base.objectUpdate', fields: { meta: metadata, data: 'bytes' } };

/**
 * Reads the body of a PUT.
 *
 * @throws RestResponse 400 with the service's own words.
 */
export function readUpdate(body: Buffer): Update {
  const { meta, data } = readGoJson(body, objectUpdate) as { meta?: Partial<ObjectMetadata>; data?: Buffer };
  const read = { ...unset, ...meta };
  const versions = { instanceID: String(read.instanceID), dataID: String(read.dataID) };
  return {
    metadata: { ...read, ...versions, destinationPolicy: withAllFields(read.destinationPolicy) },
    data,
  };
}

function withAllFields(given: ObjectMetadata['destinationPolicy']): ObjectMetadata['destinationPolicy'] {
  if (!given) return null;
  const { properties = null, constraints = null, services = null } = given;
  return {
    properties: properties?.map(({ name = '', value = null, type = '' }) => ({ name, value, type })) ?? null,
    constraints,
    services:
      services?.map(({ orgID = '', arch = '', serviceName = '', version = '' }) => ({
        orgID,
        arch,
        serviceName,
        version,
      })) ?? null,
    timestamp: String(given.timestamp ?? 0),
  };
}

/** @throws response 400 where the payload is about another object than the URL. */
export function checkSubject(meta: ObjectMetadata, objectType: string, objectID: string): void {
  if (!meta.objectID) throw badRequest("Object's meta data does not contain object's ID");
  if (meta.objectID !== objectID) {
    throw badRequest(
      `Object ID (${objectID}) in the URL doesn't match the object-id (${meta.objectID}) in the payload`,
    );
  }
  if (!meta.objectType) throw badRequest("Object's meta data does not contain object's type");
  if (meta.objectType !== objectType) {
    throw badRequest(
      `Object type (${objectType}) in the URL doesn't match the object-type (${meta.objectType}) in the payload`,
    );
  }
}
