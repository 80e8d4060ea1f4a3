import { unauthorized } from '../responses/response';
import { type Caller, isAdministrator } from '../roles';
import type { StoredObject } from '../store/objects';
import type { RestRequest } from './request';

/** Whether somebody may ask the REST interface of this service at all. */
export function isKnown({ caller, service }: RestRequest): boolean {
  if (!caller || caller.role === 'edge') return false;
  return caller.role !== 'service' || service.nodeType === 'ESS';
}

/** @throws response 403 where nobody is known by the credentials, or only the other kind of service knows them. */
export function requireKnown(request: RestRequest): Caller {
  if (!request.caller || !isKnown(request)) throw unauthorized;
  return request.caller;
}

/** Whether somebody belongs to the organization, or stands above all. */
export function isOf(caller: Caller, organization: string): boolean {
  return caller.role === 'syncAdmin' || caller.organization === organization;
}

/** Whether somebody may read the objects of a type, public or not. */
export function mayReadType(
  { service }: RestRequest,
  caller: Caller,
  organization: string,
  type: string,
): boolean {
  if (!isOf(caller, organization)) return false;
  if (service.nodeType === 'ESS' || !isPlain(caller)) return true;
  return service.accessLists.allows('objects', caller, type, 'aclReader', 'aclWriter');
}

export function mayRead(
  request: RestRequest,
  caller: Caller,
  organization: string,
  object: StoredObject,
): boolean {
  const { metadata } = object;
  if (metadata.public) return true;
  if (!mayReadType(request, caller, organization, metadata.objectType)) return false;
  return request.service.seenBy(object, caller) !== undefined;
}

export function mayWriteType(
  { service }: RestRequest,
  caller: Caller,
  organization: string,
  type: string,
): boolean {
  if (!isOf(caller, organization)) return false;
  if (service.nodeType === 'ESS' || !isPlain(caller)) return true;
  return service.accessLists.allows('objects', caller, type, 'aclWriter');
}

/** To send an object a user needs the list of its type and that of its destinations; a broadcast is for administrators. */
export function maySend(
  request: RestRequest,
  caller: Caller,
  organization: string,
  type: string,
  to: string,
): boolean {
  if (!mayWriteType(request, caller, organization, type)) return false;
  if (request.service.nodeType === 'ESS' || !isPlain(caller)) return true;
  return to !== '' && request.service.accessLists.allows('destinations', caller, to, 'na');
}

/** @throws response 403 for all but the organization's administrators. */
export function requireAdministrator(request: RestRequest, organization: string): void {
  if (!isAdministrator(requireKnown(request), organization)) throw unauthorized;
}

function isPlain({ role }: Caller): boolean {
  return role === 'user' || role === 'node';
}
