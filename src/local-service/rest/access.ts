import type { ObjectMetadata } from '../../protocol/metadata';
import { isAmong, isForService } from '../delivery/policy';
import { unauthorized } from '../responses/response';
import { type Caller, isAdministrator, type Role } from '../roles';
import type { ObjectName, StoredObject } from '../store/objects';
import type { RestRequest } from './request';

/** Objects of this type tell edges what to fetch: their nodes may read them, and object administrators not write them. */
const manifest = 'manifest';

/** @throws RestResponse 403 where nobody is known by the credentials, or an edge that has no business here. */
export function requireKnown({ caller }: RestRequest): Caller {
  if (!caller || caller.role === 'edge') throw unauthorized;
  return caller;
}

/** @throws RestResponse 403 for all others. */
export function requireRole(request: RestRequest, ...roles: Role[]): Caller {
  const caller = requireKnown(request);
  if (!roles.includes(caller.role)) throw unauthorized;
  return caller;
}

/** @throws RestResponse 403 for all but the organization's administrators. */
export function requireAdministrator(request: RestRequest, organization: string): void {
  if (!isAdministrator(requireKnown(request), organization)) throw unauthorized;
}

/** Whether somebody belongs to the organization, or stands above all. */
export function isOf(caller: Caller, organization: string): boolean {
  return caller.role === 'syncAdmin' || caller.organization === organization;
}

/**
 * Whether somebody may read all objects of a type, or else those that are public.
 *
 * @throws RestResponse 403 where they may ask for nothing.
 */
export function mayReadType(request: RestRequest, organization: string, objectType: string): boolean {
  const { service } = request;
  const caller = requireKnown(request);
  if (caller.role === 'syncAdmin') return true;
  const isOther = caller.organization !== organization;
  if (service.nodeType === 'ESS') {
    if (isOther) throw unauthorized;
    return true;
  }
  if (caller.role === 'service') throw unauthorized;
  if (isOther) return false;
  if (caller.role === 'admin' || caller.role === 'objectAdmin') return true;
  if (caller.role === 'node' && objectType === manifest) return true;
  return service.accessLists.has('objects', organization, objectType, caller.name);
}

/**
 * The same of one object: a service sees what its policy names, and is refused what is not there.
 *
 * @param dropped services that the policy named once may ask, too.
 */
export function mayRead(
  request: RestRequest,
  name: ObjectName,
  { dropped = false }: { dropped?: boolean } = {},
): boolean {
  const { service, caller } = request;
  const all = mayReadType(request, name[0], name[1]);
  if (service.nodeType === 'CSS' || caller?.role !== 'service') return all;
  const object = service.store.get(...name);
  if (!object) throw unauthorized;
  if (seesObject(object, caller.name, dropped)) return true;
  if (!object.metadata.public) throw unauthorized;
  return false;
}

/** Whether a service sees an object by its policy; where `dropped`, also by one that the object had. */
export function seesObject(
  { metadata, removedServices }: StoredObject,
  name: string,
  dropped: boolean,
): boolean {
  return isForService(metadata, name) || (dropped && isAmong(name, removedServices));
}

/** @throws RestResponse 403 where somebody may not read an object that is not public. */
export function requireReadable(request: RestRequest, name: ObjectName): void {
  if (mayRead(request, name)) return;
  if (!request.service.store.get(...name)?.metadata.public) throw unauthorized;
}

/** @throws RestResponse 403 where somebody may not write objects of this type to their destinations. */
export function requireWriter(request: RestRequest, organization: string, metadata: ObjectMetadata): Caller {
  const caller = requireKnown(request);
  if (caller.role === 'syncAdmin') return caller;
  if (caller.organization !== organization) throw unauthorized;
  if (!mayWrite(request, caller, metadata)) throw unauthorized;
  return caller;
}

function mayWrite({ service }: RestRequest, caller: Caller, metadata: ObjectMetadata): boolean {
  if (service.nodeType === 'ESS' || caller.role === 'admin') return true;
  const { objectType, destinationPolicy } = metadata;
  if (caller.role === 'objectAdmin') return objectType !== manifest;
  const { organization, name } = caller;
  if (!service.accessLists.mayWrite(organization, objectType, name)) return false;
  const types = destinationTypes(metadata);
  const broadcast = types.length === 0 && !destinationPolicy;
  const lists = broadcast ? [''] : types;
  return lists.every((type) => service.accessLists.has('destinations', organization, type, name));
}

function destinationTypes({ destinationType, destinationsList }: ObjectMetadata): string[] {
  const listed = destinationsList?.map((entry) => entry.split(':')[0]?.trim() ?? '') ?? [];
  return [...(destinationType ? [destinationType] : []), ...listed];
}
