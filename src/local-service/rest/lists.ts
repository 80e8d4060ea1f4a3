import type { ObjectMetadata } from '../../protocol/metadata';
import type { LocalCloud } from '../delivery/cloud';
import { servicesOf } from '../delivery/policy';
import { json, listOf, malformed, nothing, type RestResponse, unauthorized } from '../responses/response';
import type { Caller } from '../roles';
import type { StoredObject } from '../store/objects';
import { isOf, mayRead, requireKnown } from './access';
import { flag, type RestRequest } from './request';

/** What applications have not acknowledged yet of a type. */
export function updates(request: RestRequest, organization: string, objectType: string): RestResponse {
  const { service, query } = request;
  const caller = requireKnown(request);
  if (service.nodeType === 'ESS' && !isOf(caller, organization)) throw unauthorized;
  if (flag(query, 'all_objects')) return allOfType(request, caller, organization, objectType);
  const waiting = service.updates(organization, objectType, flag(query, 'received') ?? false);
  // Services that a policy has dropped learn of it although the object itself waits no more.
  const dropped = service.store
    .ofType(organization, objectType)
    .filter((object) => object.removedServices.length > 0 && !waiting.includes(object));
  const seen = [...waiting, ...(caller.role === 'service' ? dropped : [])]
    .filter((object) => mayRead(request, caller, organization, object))
    .flatMap((object) => service.seenBy(object, caller) ?? []);
  return listOf(seen);
}

function allOfType(
  request: RestRequest,
  caller: Caller,
  organization: string,
  objectType: string,
): RestResponse {
  const found = request.service.store
    .ofType(organization, objectType)
    .filter((object) => mayRead(request, caller, organization, object));
  return listOf(found.map((object) => summary(organization, object)));
}

/** What a CSS lists of a whole organization; which of the three lists, the query says. */
export function organizationLists(request: RestRequest, organization: string): RestResponse {
  const { query } = request;
  const service = request.service as LocalCloud;
  const caller = requireKnown(request);
  if (flag(query, 'filters')) return filtered(request, service, caller, organization);
  if (flag(query, 'list_object_type')) {
    if (!isOf(caller, organization)) throw unauthorized;
    return listOf(service.store.types(organization));
  }
  if (flag(query, 'destination_policy')) return withPolicy(request, service, caller, organization);
  return malformed;
}

/** None found is 404; found, and none that the caller may see, an empty list. */
function filtered(
  request: RestRequest,
  service: LocalCloud,
  caller: Caller,
  organization: string,
): RestResponse {
  const wanted = filterOf(request.query);
  const found = service.store.all(organization).filter(({ metadata }) => wanted(metadata));
  if (found.length === 0) return nothing;
  const seen = found.filter((object) => mayRead(request, caller, organization, object));
  return json(seen.map(({ metadata }) => metadata));
}

function filterOf(query: URLSearchParams): (metadata: ObjectMetadata) => boolean {
  const destinationPolicy = flag(query, 'destinationPolicy');
  const [noData, deleted] = [flag(query, 'noData'), flag(query, 'deleted')];
  const text = (name: string): string => query.get(name) ?? '';
  const objectType = text('objectType');
  // An ID without its type is ignored.
  const objectID = objectType && text('objectID');
  const destinationType = text('destinationType');
  const destinationID = destinationType && text('destinationID');
  const [service, property] = [text('dpService'), text('dpPropertyName')];
  const since = timeOf(query.get('since'));
  const before = timeOf(query.get('expirationTimeBefore'));
  return (metadata) => {
    const policy = metadata.destinationPolicy;
    if (destinationPolicy !== undefined && (policy !== null) !== destinationPolicy) return false;
    if (destinationPolicy && service && !servicesOf(policy).includes(service)) return false;
    if (destinationPolicy && property && !policy?.properties?.some(({ name }) => name === property))
      return false;
    if (destinationPolicy && since !== undefined && Number(policy?.timestamp ?? 0) / 1e6 < since)
      return false;
    if (objectType && metadata.objectType !== objectType) return false;
    if (objectID && metadata.objectID !== objectID) return false;
    if (destinationType && metadata.destinationType !== destinationType) return false;
    if (destinationID && metadata.destinationID !== destinationID) return false;
    if (noData !== undefined && metadata.noData !== noData) return false;
    if (deleted !== undefined && metadata.deleted !== deleted) return false;
    return before === undefined || (metadata.expiration !== '' && Date.parse(metadata.expiration) < before);
  };
}

function timeOf(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  const time = Date.parse(text);
  if (!/^\d{4}-/.test(text) || Number.isNaN(time)) throw malformed;
  return time;
}

function withPolicy(
  request: RestRequest,
  service: LocalCloud,
  caller: Caller,
  organization: string,
): RestResponse {
  const { query } = request;
  const received = flag(query, 'received') ?? false;
  const name = query.get('service') ?? '';
  const since = query.get('since');
  if (name && !name.includes('/')) return malformed;
  if (since !== null && !(Number(since) > 0)) return malformed;
  const found = service.store.all(organization).filter((object) => {
    const policy = object.metadata.destinationPolicy;
    if (!policy || !mayRead(request, caller, organization, object)) return false;
    if (since !== null) return BigInt(policy.timestamp ?? 0) >= BigInt(Number(since));
    if (name) return servicesOf(policy).includes(name);
    return received || !object.policyReceived;
  });
  return listOf(found.map((object) => summary(organization, object)));
}

function summary(organization: string, { metadata, deliveries }: StoredObject): object {
  const { objectType, objectID, destinationPolicy } = metadata;
  return {
    orgID: organization,
    objectType,
    objectID,
    ...(destinationPolicy && { destinationPolicy }),
    destinations: Array.from(deliveries.values()),
  };
}
