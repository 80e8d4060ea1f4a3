import type { DestinationPolicy, ObjectMetadata } from '../../protocol/metadata';
import { servicesOf } from '../delivery/policy';
import { badRequest, malformed } from '../responses/response';
import { parseGoTime } from './go-time';
import { checkName, checkService, escaped, flag } from './request';

type Filter = (metadata: ObjectMetadata) => boolean;

/**
 * Which objects a list with filters is to have, as the real service reads its query.
 *
 * @throws RestResponse 400 for what it does not understand.
 */
export function filterOf(query: URLSearchParams): Filter {
  const filters = [
    policyFilter(query),
    nameFilter(query),
    flagFilter(query, 'noData'),
    expirationFilter(query),
    flagFilter(query, 'deleted'),
  ];
  return (metadata) => filters.every((matches) => matches(metadata));
}

/** What else there is about policies counts only where objects with a policy are wanted. */
function policyFilter(query: URLSearchParams): Filter {
  const wanted = flag(query, 'destinationPolicy');
  if (wanted === undefined) return () => true;
  if (!wanted) return ({ destinationPolicy }) => destinationPolicy === null;
  const [service, property] = [query.get('dpService') ?? '', query.get('dpPropertyName') ?? ''];
  if (service) checkService(service);
  checkName('Property name', property);
  const since = timeOf(query, 'since');
  if (since !== undefined && since <= 0) throw malformed;
  return ({ destinationPolicy: policy }) =>
    policy !== null &&
    (!service || servicesOf(policy).includes(service)) &&
    (!property || hasProperty(policy, property)) &&
    (since === undefined || Number(policy.timestamp ?? 0) / 1e6 >= since);
}

function hasProperty({ properties }: DestinationPolicy, wanted: string): boolean {
  return properties?.some(({ name }) => name === wanted) ?? false;
}

/** An ID without its type is ignored. */
function nameFilter(query: URLSearchParams): Filter {
  const text = (name: string): string => query.get(name) ?? '';
  const objectType = text('objectType');
  const objectID = objectType && text('objectID');
  const destinationType = text('destinationType');
  const destinationID = destinationType && text('destinationID');
  checkName('object Type', objectType);
  checkName('object ID', objectID);
  const destination = `${destinationType}:${destinationID}`;
  if (/[<>]/.test(destination)) {
    const what = 'Destination Type and/or destination ID';
    throw badRequest(`${what} (${escaped(destination)}) contains invalid characters`);
  }
  return (metadata) =>
    (!objectType || metadata.objectType === objectType) &&
    (!objectID || metadata.objectID === objectID) &&
    (!destinationType || goesTo(metadata, destinationType, destinationID));
}

function goesTo(metadata: ObjectMetadata, type: string, id: string): boolean {
  const { destinationType, destinationID, destinationsList } = metadata;
  if (destinationType) return destinationType === type && (!id || destinationID === id);
  return (
    destinationsList?.some((entry) => (id ? entry === `${type}:${id}` : entry.startsWith(`${type}:`))) ??
    false
  );
}

function flagFilter(query: URLSearchParams, name: 'noData' | 'deleted'): Filter {
  const wanted = flag(query, name);
  return (metadata) => wanted === undefined || metadata[name] === wanted;
}

function expirationFilter(query: URLSearchParams): Filter {
  const before = timeOf(query, 'expirationTimeBefore');
  return ({ expiration }) => before === undefined || Number(parseGoTime(expiration)) <= before;
}

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  const time = parseGoTime(text);
  if (typeof time === 'string') throw malformed;
  return time;
}
