import type { LocalCloud } from '../delivery/cloud';
import { isAmong, servicesOf } from '../delivery/policy';
import { json, listOf, malformed, nothing, type RestResponse } from '../responses/response';
import type { Caller, Role } from '../roles';
import type { StoredObject } from '../store/objects';
import { isOf, mayReadType, requireRole, seesObject } from './access';
import { filterOf } from './filters';
import { checkName, checkService, flag, type RestRequest, truthOf, untilUnlocked } from './request';

/** What applications have not acknowledged yet of a type. Services see what has stopped to be theirs as deleted. */
export async function updates(
  request: RestRequest,
  organization: string,
  objectType: string,
  received: boolean,
): Promise<RestResponse> {
  const { service, caller } = request;
  const all = mayReadType(request, organization, objectType);
  const waiting = service.updates(organization, objectType, received);
  if (caller?.role !== 'service') {
    return listOf(waiting.flatMap(({ metadata }) => (all || metadata.public ? metadata : [])));
  }
  for (const { metadata } of waiting)
    await untilUnlocked(request, [organization, objectType, metadata.objectID]);
  const seen = waiting.filter((object) => seesObject(object, caller.name, true));
  return listOf(
    seen.map(({ metadata, removedServices }) =>
      isAmong(caller.name, removedServices) ? { ...metadata, deleted: true } : metadata,
    ),
  );
}

export function allOfType(request: RestRequest, organization: string, objectType: string): RestResponse {
  const { service, caller } = request;
  const all = mayReadType(request, organization, objectType);
  const isService = caller?.role === 'service';
  const seen = service.store
    .ofType(organization, objectType)
    .filter((object) => (isService ? seesObject(object, caller.name, false) : all || object.metadata.public));
  return listOf(seen.map((object) => summary(request, organization, object)));
}

/** Who may ask for the lists of a whole organization. */
const listers: Role[] = ['syncAdmin', 'admin', 'objectAdmin', 'user', 'node'];

/** What a CSS lists of a whole organization; which of the three lists, the first of its words in the query says. */
export function organizationLists(request: RestRequest, organization: string): RestResponse {
  const { query } = request;
  const service = request.service as LocalCloud;
  const word = ['destination_policy', 'filters', 'list_object_type'].find((each) => query.get(each));
  if (word === undefined || !truthOf(query.get(word) ?? '')) return malformed;
  if (word === 'destination_policy') return withPolicy(request, service, organization);
  checkName('Organization ID', organization);
  const caller = requireRole(request, ...listers);
  const wanted = word === 'filters' ? filterOf(query) : () => true;
  const found = service.store.all(organization).filter(({ metadata }) => wanted(metadata));
  // None found is 404; found, and none that the caller may see, an empty list.
  if (found.length === 0) return nothing;
  const seen = found.filter(accessibleTo(service, caller, organization, { manifests: true }));
  if (word === 'filters') return json(seen.map(({ metadata }) => metadata));
  return json(Array.from(new Set(seen.map(({ metadata }) => metadata.objectType))));
}

function withPolicy(request: RestRequest, service: LocalCloud, organization: string): RestResponse {
  const { query } = request;
  const caller = requireRole(request, ...listers);
  const received = flag(query, 'received') ?? false;
  const name = query.get('service') ?? '';
  if (name) checkService(name);
  const text = query.get('since');
  const since = text ? timeOf(text) : undefined;
  const found = service.store.all(organization).filter(({ metadata, policyReceived }) => {
    const policy = metadata.destinationPolicy;
    if (!policy) return false;
    if (since !== undefined) return BigInt(policy.timestamp ?? 0) >= since;
    return name ? servicesOf(policy).includes(name) : received || !policyReceived;
  });
  if (found.length === 0) return nothing;
  const seen = found.filter(accessibleTo(service, caller, organization));
  return json(seen.map((object) => summary(request, organization, object)));
}

function timeOf(text: string): bigint {
  if (!/^\+?\d{1,19}$/.test(text) || BigInt(text) < 1n || BigInt(text) >= 2n ** 63n) throw malformed;
  return BigInt(text);
}

/** What of an organization's objects somebody may see. */
function accessibleTo(
  { accessLists }: LocalCloud,
  caller: Caller,
  organization: string,
  { manifests = false } = {},
): (object: StoredObject) => boolean {
  const { role, name } = caller;
  if (!isOf(caller, organization)) return ({ metadata }) => metadata.public;
  if (role !== 'user' && role !== 'node') return () => true;
  const types = new Set(accessLists.keysOf(organization, role, name));
  if (types.has('*')) return () => true;
  return ({ metadata }) =>
    metadata.public ||
    types.has(metadata.objectType) ||
    (manifests && role === 'node' && metadata.objectType === 'manifest');
}

/** A store in memory knows no destinations. */
function summary(
  { service }: RestRequest,
  organization: string,
  { metadata, deliveries }: StoredObject,
): object {
  const { objectType, objectID, destinationPolicy } = metadata;
  return {
    orgID: organization,
    objectType,
    objectID,
    ...(destinationPolicy && { destinationPolicy }),
    destinations: service.keepsFiles ? Array.from(deliveries.values()) : null,
  };
}
