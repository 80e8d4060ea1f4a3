import type { DestinationPolicy, ObjectMetadata } from '../../protocol/metadata';
import { isAcceptedByCloud } from '../../protocol/names';
import { isVersionRange } from '../../protocol/version-range';
import type { Update } from '../delivery/version';
import { badRequest } from '../responses/response';
import { base64Error } from './go-base64';
import { parseGoTime } from './go-time';
import { isGoUrl } from './go-url';

/** What the service refuses of metadata, in its order and its words; the first that applies is said. */
export function checkUpdate({ metadata, data }: Update, nodeType: 'CSS' | 'ESS', now: number): void {
  checkSignature(metadata);
  if (metadata.expiration !== '') {
    if (nodeType === 'ESS') throw badRequest('Object expiration is disabled on ESS');
    checkTime('expiration', metadata.expiration, now);
  }
  checkTexts(metadata);
  if (metadata.metaOnly && data?.length) throw badRequest("Can't update data if MetaOnly is true");
  checkDestinations(metadata, nodeType);
  if (metadata.activationTime !== '' && metadata.inactive) {
    checkTime('activation', metadata.activationTime, now);
  }
  if (metadata.deleted) throw badRequest('Object marked as deleted');
  checkUris(metadata, data, nodeType);
  checkOrigin(metadata);
}

function checkSignature({ hashAlgorithm, publicKey, signature }: ObjectMetadata): void {
  if (!['', 'SHA1', 'SHA256'].includes(hashAlgorithm)) {
    throw badRequest(
      `Hash Algorithm (${hashAlgorithm}) is not supported. Please use SHA1 or SHA256 if specify`,
    );
  }
  for (const [name, text] of [
    ['PublicKey', publicKey],
    ['Signature', signature],
  ] as const) {
    const wrong = base64Error(text);
    if (wrong !== undefined) throw badRequest(`${name} is not base64 encoded. Error: ${wrong}`);
  }
}

function checkTime(what: 'expiration' | 'activation', text: string, now: number): void {
  const time = parseGoTime(text);
  if (typeof time === 'string') {
    const field = what === 'activation' ? 'activation time' : what;
    throw badRequest(`Failed to parse ${field} in object's meta data. Error: ${time}`);
  }
  if (time < now) throw badRequest(`Invalid ${what} time in object's meta data`);
}

function checkTexts({ version, description }: ObjectMetadata): void {
  if (version !== '' && !isAcceptedByCloud(version)) {
    throw badRequest(
      `Version (${version}) contains one/some invalid characters (eg: <, >, =, ', ", &, space, \\, /)`,
    );
  }
  if (/<[/]?[a-zA-Z0-9]+>/.test(description)) {
    throw badRequest(
      `Description (${description}) contains one/some invalid characters (<, >, =, ', ", &, space, \\, /)`,
    );
  }
}

function checkDestinations(metadata: ObjectMetadata, nodeType: 'CSS' | 'ESS'): void {
  const { destinationID, destinationType, destinationsList, destinationPolicy, autodelete } = metadata;
  if (destinationID && !destinationType) {
    throw badRequest("Destination ID provided without destination type in object's meta data");
  }
  if (destinationsList && nodeType === 'ESS') {
    throw badRequest('Destinations list is not supported for ESS');
  }
  if (destinationsList && destinationType) {
    throw badRequest('Both destinations list and destination type are specified');
  }
  if (destinationsList?.some((entry) => /[<>]/.test(entry))) {
    throw badRequest('Unsupported char <, > in destinationsList.');
  }
  if (destinationPolicy) checkPolicy(destinationPolicy, metadata);
  if (destinationType && !isAcceptedByCloud(destinationType)) {
    throw badRequest(`Destination type (${destinationType}) contains invalid characters`);
  }
  if (autodelete && !destinationsList && !destinationID) {
    throw badRequest('AutoDelete can be used only for objects with DestinationsList or DestID set');
  }
}

function checkPolicy(policy: DestinationPolicy, metadata: ObjectMetadata): void {
  if (metadata.destinationType) {
    throw badRequest('Both destination policy and destination type are specified');
  }
  if (metadata.destinationsList) {
    throw badRequest('Both destination policy and destination list are specified');
  }
  for (const { name } of policy.properties ?? []) {
    if (!name) throw badRequest('A property in the DestinationPolicy must have a name');
  }
  for (const { orgID, arch, serviceName, version } of policy.services ?? []) {
    if (!orgID || !arch || !serviceName || !version) {
      throw badRequest(
        'A service in a DestinationPolicy must have an organization ID, architecture, service name, and version specified',
      );
    }
    if (!isVersionRange(version)) {
      throw badRequest(`A service in the DestinationPolicy has an invalid version \`${version}\``);
    }
  }
}

/** Files of the machine are not touched here: an edge has none to send, a URI for the target is taken and not used. */
function checkUris(metadata: ObjectMetadata, data: Buffer | undefined, nodeType: 'CSS' | 'ESS'): void {
  const { destinationDataUri, sourceDataUri } = metadata;
  if (destinationDataUri) {
    if (nodeType === 'ESS') throw badRequest('Data URI is disabled on CSS');
    if (!isFileUri(destinationDataUri)) throw badRequest('Invalid destination data URI');
  }
  if (!sourceDataUri) return;
  if (nodeType === 'CSS') throw badRequest('Data URI is disabled on CSS');
  throw badRequest(data ? 'Both source data URI and data are set' : 'Invalid source data URI');
}

/** One of this machine. */
function isFileUri(text: string): boolean {
  return isGoUrl(text) && /^file:(?!\/\/[^/?#])/i.test(text);
}

function checkOrigin({ originType, originID, destinationOrgID }: ObjectMetadata): void {
  const invalid = `contains one/some invalid characters (eg: <, >, =, ', ", &, space, \\, /)`;
  if (originType && originID) {
    if (!isAcceptedByCloud(originType)) throw badRequest(`OriginType (${originType}) ${invalid}`);
    if (!isAcceptedByCloud(originID)) throw badRequest(`OriginID (${originID}) ${invalid}`);
  }
  if (destinationOrgID && !isAcceptedByCloud(destinationOrgID)) {
    throw badRequest(`DestOrgID (${destinationOrgID}) ${invalid}`);
  }
}
