import { unauthorized } from '../answer';
import { type Caller, isAdministrator } from '../roles';
import type { StoredObject } from '../store';
import type { Asked } from './asked';

/** Whether somebody may ask the REST interface of this service at all. */
export function isKnown({ caller, service }: Asked): boolean {
  if (!caller || caller.role === 'edge') return false;
  return caller.role !== 'service' || service.nodeType === 'ESS';
}

/** @throws Answer 403 where nobody is known by the credentials, or only the other kind of service knows them. */
export function requireKnown(asked: Asked): Caller {
  if (!asked.caller || !isKnown(asked)) throw unauthorized;
  return asked.caller;
}

/** Whether somebody belongs to the organization, or stands above all. */
export function isOf(caller: Caller, organization: string): boolean {
  return caller.role === 'syncAdmin' || caller.organization === organization;
}

/** Whether somebody may read the objects of a type, public or not. */
export function mayReadType({ service }: Asked, caller: Caller, organization: string, type: string): boolean {
  if (!isOf(caller, organization)) return false;
  if (service.nodeType === 'ESS' || !isPlain(caller)) return true;
  return service.accessLists.allows('objects', caller, type, 'aclReader', 'aclWriter');
}

export function mayRead(asked: Asked, caller: Caller, organization: string, object: StoredObject): boolean {
  const { metadata } = object;
  if (metadata.public) return true;
  if (!mayReadType(asked, caller, organization, metadata.objectType)) return false;
  return asked.service.seenBy(object, caller) !== undefined;
}

export function mayWriteType(
  { service }: Asked,
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
  asked: Asked,
  caller: Caller,
  organization: string,
  type: string,
  to: string,
): boolean {
  if (!mayWriteType(asked, caller, organization, type)) return false;
  if (asked.service.nodeType === 'ESS' || !isPlain(caller)) return true;
  return to !== '' && asked.service.accessLists.allows('destinations', caller, to, 'na');
}

/** @throws Answer 403 for all but the organization's administrators. */
export function requireAdministrator(asked: Asked, organization: string): void {
  if (!isAdministrator(requireKnown(asked), organization)) throw unauthorized;
}

function isPlain({ role }: Caller): boolean {
  return role === 'user' || role === 'node';
}
