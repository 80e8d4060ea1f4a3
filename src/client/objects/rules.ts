import { createPublicKey } from 'node:crypto';
import {
  type DestinationPolicy,
  type ObjectMetadata,
  type ObjectMetadataInput,
  serviceOwnedFields,
} from '../../protocol/metadata';
import { isAcceptedByCloud } from '../../protocol/names';
import { timeOfTimestamp } from '../../protocol/timestamp';
import { isVersionRange } from '../../protocol/version-range';
import type { ServiceKind } from '../connection/kind';
import { invalidArgument } from '../errors';

/**
 * The metadata as it is sent: without the fields that the service decides itself, so that what was read can be
 * edited and published again.
 *
 * @param withData whether data comes along: some fields exclude it.
 * @param now in ms since 1970: some times must not have passed.
 * @throws SyncServiceError SYNC_INVALID_ARGUMENT for what the service would refuse, or take and lose.
 */
export function toPublish(
  metadata: ObjectMetadataInput,
  kind: ServiceKind,
  withData: boolean,
  now: number,
): Record<string, unknown> {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw invalidArgument('The metadata must be an object with objectType and objectID');
  }
  const owned: readonly string[] = serviceOwnedFields;
  const sent = Object.fromEntries(
    Object.entries(metadata).filter(([field, value]) => value !== undefined && !owned.includes(field)),
  );
  checkTypes(sent, 'instanceID' in metadata);
  const fields: Partial<ObjectMetadata> = sent;
  checkDestinations(fields);
  checkTimes(fields, now);
  checkTexts(fields);
  checkSignature(fields);
  checkData(fields, withData);
  checkSide(fields, kind);
  return sent;
}

type FieldType = 'string' | 'boolean' | 'number' | 'list' | 'policy';

const fieldTypes: Record<keyof Required<ObjectMetadataInput>, FieldType> = {
  objectID: 'string',
  objectType: 'string',
  destinationID: 'string',
  destinationType: 'string',
  destinationsList: 'list',
  destinationPolicy: 'policy',
  expiration: 'string',
  version: 'string',
  description: 'string',
  link: 'string',
  inactive: 'boolean',
  activationTime: 'string',
  noData: 'boolean',
  metaOnly: 'boolean',
  destinationDataUri: 'string',
  sourceDataUri: 'string',
  consumers: 'number',
  autodelete: 'boolean',
  hashAlgorithm: 'string',
  publicKey: 'string',
  signature: 'string',
  public: 'boolean',
};

function checkTypes(sent: Record<string, unknown>, asRead: boolean): void {
  for (const [field, value] of Object.entries(sent)) {
    const type = fieldTypes[field as keyof typeof fieldTypes] as FieldType | undefined;
    // The service ignores a field that it does not know: a misspelt one would do nothing, without a word. What was
    // read from a newer service may have fields that are not known here.
    if (type === undefined && asRead) continue;
    if (type === undefined) throw invalidArgument(`The metadata has an unknown field: ${field}`);
    if (!isOfType(value, type)) throw invalidArgument(`${field} must be ${describeType[type]}`);
  }
}

const describeType: Record<FieldType, string> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a whole number of at least -1',
  list: 'an array of "type:id"',
  policy: 'a policy with properties, constraints and services',
};

function isOfType(value: unknown, type: FieldType): boolean {
  switch (type) {
    case 'list':
      return value === null || (Array.isArray(value) && value.every((entry) => typeof entry === 'string'));
    case 'policy':
      return typeof value === 'object' && !Array.isArray(value) && !ArrayBuffer.isView(value);
    case 'number':
      // -1 stands for any number of consumers; the service stores other negative ones and then never gets there.
      return typeof value === 'number' && Number.isInteger(value) && value >= -1 && value <= 2_147_483_647;
    default:
      return typeof value === type;
  }
}

function checkDestinations(fields: Partial<ObjectMetadata>): void {
  const { destinationType, destinationID, destinationsList, destinationPolicy, autodelete } = fields;
  if (destinationID && !destinationType) throw invalidArgument('destinationID needs destinationType');
  // An empty list is a list for the service too.
  const ways = [
    destinationType && 'destinationType',
    destinationsList && 'destinationsList',
    destinationPolicy && 'destinationPolicy',
  ].filter(Boolean);
  if (ways.length > 1) throw invalidArgument(`${ways.join(' and ')} exclude each other`);
  if (destinationType && !isAcceptedByCloud(destinationType)) {
    throw invalidArgument(`destinationType has characters that the service refuses: ${destinationType}`);
  }
  for (const entry of destinationsList ?? []) {
    if (!/^[^:<>]+:[^<>]+$/.test(entry))
      throw invalidArgument(`destinationsList: "${entry}" is not "type:id"`);
  }
  if (destinationPolicy) checkPolicy(destinationPolicy);
  if (autodelete && !destinationID && !destinationsList) {
    throw invalidArgument('autodelete needs destinationID or destinationsList');
  }
}

function checkPolicy(policy: Partial<DestinationPolicy>): void {
  const { constraints, properties, services } = policy;
  if (!['properties', 'constraints', 'services'].some((part) => part in policy)) {
    throw invalidArgument('destinationPolicy has none of properties, constraints and services');
  }
  for (const [part, list] of Object.entries({ properties, constraints, services })) {
    if (list !== undefined && list !== null && !Array.isArray(list))
      throw invalidArgument(`destinationPolicy: ${part} must be a list`);
  }
  for (const property of properties ?? []) {
    if (!property?.name) throw invalidArgument('destinationPolicy: each of its properties needs a name');
  }
  for (const service of services ?? []) {
    const { orgID, serviceName, arch, version } = service ?? {};
    if (!orgID || !serviceName || !arch || !version) {
      throw invalidArgument('destinationPolicy: a service needs orgID, serviceName, arch and version');
    }
    if (typeof version !== 'string' || !isVersionRange(version)) {
      throw invalidArgument(`destinationPolicy: "${version}" is no version or range of versions`);
    }
  }
  try {
    JSON.stringify(policy);
  } catch {
    throw invalidArgument('destinationPolicy cannot be written as JSON');
  }
}

function checkTimes({ expiration, activationTime, inactive }: Partial<ObjectMetadata>, now: number): void {
  if (expiration) checkFuture('expiration', expiration, now);
  if (activationTime && inactive) checkFuture('activationTime', activationTime, now);
}

function checkFuture(field: string, text: string, now: number): void {
  const time = timeOfTimestamp(text);
  if (time === undefined) {
    throw invalidArgument(`${field} must be a time such as 2031-01-31T12:00:00Z, not "${text}"`);
  }
  if (time <= now) throw invalidArgument(`${field} has passed: ${text}`);
}

function checkTexts({ version, description }: Partial<ObjectMetadata>): void {
  if (version && !isAcceptedByCloud(version)) {
    throw invalidArgument(`version has characters that the service refuses: ${version}`);
  }
  if (description && /<\/?[a-zA-Z0-9]+>/.test(description)) {
    throw invalidArgument('description must not contain tags such as <b>');
  }
}

function checkSignature({ hashAlgorithm, publicKey, signature }: Partial<ObjectMetadata>): void {
  if (hashAlgorithm && hashAlgorithm !== 'SHA1' && hashAlgorithm !== 'SHA256') {
    throw invalidArgument(`hashAlgorithm must be SHA1 or SHA256, not ${hashAlgorithm}`);
  }
  if (signature && !isBase64(signature)) throw invalidArgument('signature must be base64');
  if (publicKey && !isRsaKey(publicKey)) {
    throw invalidArgument('publicKey must be an RSA public key, as base64 of its DER (SPKI)');
  }
}

/** The service takes a key of another kind, and fails with it later, while it holds locks. */
function isRsaKey(publicKey: string): boolean {
  if (!isBase64(publicKey)) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function checkData(fields: Partial<ObjectMetadata>, withData: boolean): void {
  for (const field of ['link', 'sourceDataUri'] as const) {
    // The service would take it and drop it.
    if (fields.noData && fields[field]) throw invalidArgument(`noData and ${field} exclude each other`);
  }
  if (!withData) return;
  // With noData and a source URI the service would take the data and drop it.
  for (const field of ['metaOnly', 'noData', 'sourceDataUri'] as const) {
    if (fields[field]) throw invalidArgument(`${field} and data exclude each other`);
  }
}

function checkSide(fields: Partial<ObjectMetadata>, kind: ServiceKind): void {
  const { destinationDataUri, sourceDataUri } = fields;
  if (kind === 'CSS') {
    if (sourceDataUri) throw invalidArgument('sourceDataUri can be used on an ESS only');
    if (destinationDataUri) checkFileUri('destinationDataUri', destinationDataUri);
    return;
  }
  for (const field of ['expiration', 'destinationsList', 'destinationDataUri'] as const) {
    if (fields[field]) throw invalidArgument(`${field} can be used on a CSS only`);
  }
  if (sourceDataUri) checkFileUri('sourceDataUri', sourceDataUri);
}

function checkFileUri(field: string, text: string): void {
  const uri = URL.canParse(text) ? new URL(text) : undefined;
  if (uri?.protocol !== 'file:' || uri.host !== '')
    throw invalidArgument(`${field} must start with file:///`);
}
