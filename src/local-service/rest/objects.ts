import { buffer, text } from 'node:stream/consumers';
import type { ObjectName } from '../delivery/service';
import {
  badRequest,
  done,
  errorResponse,
  json,
  listOf,
  malformed,
  methodNotAllowed,
  nothing,
  RestResponse,
  unauthorized,
} from '../responses/response';
import type { Caller } from '../roles';
import type { StoredObject } from '../store/objects';
import { isOf, mayRead, mayReadType, maySend, mayWriteType, requireKnown } from './access';
import { type GoStruct, readGoJson } from './go-json';
import { organizationLists, updates } from './lists';
import { checkSubject, readUpdate } from './metadata';
import { chunkResponse, dataResponse } from './ranges';
import { checkName, type RestRequest } from './request';
import { checkUpdate } from './rules';

/** A CSS has the organization in its paths; an ESS reads such a path as type and ID, and finds nothing. */
export async function objects(
  request: RestRequest,
  parts: string[],
  hasSlash: boolean,
): Promise<RestResponse> {
  const { service, method } = request;
  const segments = [...parts];
  const organization = service.nodeType === 'CSS' ? (segments.shift() ?? '') : service.organization;
  if (organization === '') return malformed;
  checkName('Organization ID', organization);
  const [objectType, objectID, operation, ...more] = segments;
  if (objectType === undefined) {
    if (service.nodeType === 'ESS') return malformed;
    if (method !== 'GET') return methodNotAllowed;
    return hasSlash ? nothing : organizationLists(request, organization);
  }
  if (more.length > 0) return malformed;
  checkName('object Type', objectType);
  if (objectID === undefined) return ofType(request, organization, objectType);
  checkName('object ID', objectID);
  const name: ObjectName = [organization, objectType, objectID];
  return operation === undefined ? whole(request, name) : part(request, name, operation.toLowerCase());
}

async function ofType(request: RestRequest, organization: string, objectType: string): Promise<RestResponse> {
  switch (request.method) {
    case 'GET':
      return updates(request, organization, objectType);
    case 'PUT':
      return webhook(request, organization, objectType);
    default:
      return methodNotAllowed;
  }
}

const webhookUpdate: GoStruct = { name: 'base.webhookUpdate', fields: { action: 'string', url: 'string' } };

async function webhook(
  request: RestRequest,
  organization: string,
  objectType: string,
): Promise<RestResponse> {
  const body = readGoJson(await text(request.incoming), webhookUpdate) as { action?: string; url?: string };
  const caller = requireKnown(request);
  if (caller.role === 'service' || !mayWriteType(request, caller, organization, objectType))
    throw unauthorized;
  const { action = '', url = '' } = body;
  // An action that is none of the two is taken, and nothing is done.
  if (/^delete$/i.test(action)) request.service.webhooks.delete(organization, objectType, url);
  if (/^register$/i.test(action)) {
    if (url !== '' && !URL.canParse(url)) return badRequest('Invalid webhook');
    if (!/^https?:/.test(url)) return badRequest('Invalid destination data URI');
    request.service.webhooks.register(organization, objectType, url);
  }
  return done;
}

async function whole(request: RestRequest, name: ObjectName): Promise<RestResponse> {
  const { service, method } = request;
  switch (method) {
    case 'GET': {
      await untilUnlocked(request, name);
      const { object, caller } = requireReadable(request, name);
      return object ? json(service.seenBy(object, caller)) : nothing;
    }
    case 'PUT':
      return put(request, name);
    case 'DELETE': {
      const caller = requireKnown(request);
      if (!mayWriteType(request, caller, name[0], name[1])) throw unauthorized;
      service.delete(name, caller);
      return done;
    }
    default:
      return methodNotAllowed;
  }
}

/** The body is read before the user is asked for, as by the real service. */
async function put(request: RestRequest, name: ObjectName): Promise<RestResponse> {
  const { service, incoming } = request;
  const [organization, objectType, objectID] = name;
  const update = readUpdate(await text(incoming));
  const caller = requireKnown(request);
  if (!maySend(request, caller, organization, objectType, update.metadata.destinationType))
    throw unauthorized;
  checkSubject(update.metadata, objectType, objectID);
  checkUpdate(update, service.nodeType, service.now());
  if (service.nodeType === 'ESS') await service.untilRoom();
  service.update(organization, update, caller);
  return done;
}

const operations: Record<string, readonly string[]> = {
  data: ['GET', 'PUT'],
  status: ['GET'],
  destinations: ['GET', 'PUT', 'POST'],
  consumed: ['PUT'],
  received: ['PUT'],
  deleted: ['PUT'],
  activate: ['PUT'],
  policyreceived: ['PUT'],
};

async function part(request: RestRequest, name: ObjectName, operation: string): Promise<RestResponse> {
  const { service, method } = request;
  const methods = operations[operation];
  if (!methods) return malformed;
  if (!methods.includes(method)) return methodNotAllowed;
  if (method === 'GET') return read(request, name, operation);
  const caller = requireKnown(request);
  if (operation === 'data') return putData(request, name, caller);
  if (operation === 'destinations') return changeDestinations(request, name, caller);
  if (!mayReadType(request, caller, name[0], name[1])) throw unauthorized;
  switch (operation) {
    case 'consumed':
      await untilUnlocked(request, name);
      await service.consumed(name);
      return done;
    case 'received':
      service.received(name);
      return done;
    case 'deleted':
      await service.deletionAcknowledged(name, caller);
      return done;
    case 'activate':
      if (!mayWriteType(request, caller, name[0], name[1])) throw unauthorized;
      service.activate(name);
      return done;
    default:
      return policyReceived(request, name);
  }
}

async function read(request: RestRequest, name: ObjectName, operation: string): Promise<RestResponse> {
  const { service, incoming } = request;
  if (operation !== 'data') await untilUnlocked(request, name);
  if (operation === 'data') {
    refuseUnreadableData(request, name);
    return dataResponse(service.data(name), incoming.headers.range, service.faults);
  }
  requireReadable(request, name);
  if (operation === 'status') return new RestResponse(200, service.status(name), 'plain/text');
  return listOf(service.nodeType === 'CSS' ? service.objectDestinations(name) : []);
}

/** Who may not read is told the same of objects that are not there. */
function requireReadable(
  request: RestRequest,
  name: ObjectName,
): { caller: Caller; object: StoredObject | undefined } {
  const caller = requireKnown(request);
  const object = request.service.store.get(...name);
  const readable = object
    ? mayRead(request, caller, name[0], object)
    : mayReadType(request, caller, name[0], name[1]);
  if (!readable) throw unauthorized;
  return { caller, object };
}

function refuseUnreadableData(request: RestRequest, name: ObjectName): void {
  try {
    requireReadable(request, name);
  } catch (refused) {
    if (request.service.nodeType === 'ESS' || request.caller === undefined) throw refused;
    throw errorResponse(403, 'Unauthorized. The object may not exist or be public.');
  }
}

async function untilUnlocked({ service }: RestRequest, [, objectType, objectID]: ObjectName): Promise<void> {
  if (service.nodeType === 'ESS') await service.unlocked(objectType, objectID);
}

async function putData(request: RestRequest, name: ObjectName, caller: Caller): Promise<RestResponse> {
  const { service, incoming } = request;
  if (!mayWriteType(request, caller, name[0], name[1])) throw unauthorized;
  const contentRange = incoming.headers['content-range'];
  const object = service.store.get(...name);
  if (contentRange !== undefined && object) {
    return chunkResponse(String(contentRange), object, service.begunUploads);
  }
  service.updateData(name, await buffer(incoming));
  return done;
}

const destinationsChange: GoStruct = {
  name: 'base.destinationsUpdate',
  fields: { action: 'string', destinations: { list: 'string' } },
};

async function changeDestinations(
  request: RestRequest,
  name: ObjectName,
  caller: Caller,
): Promise<RestResponse> {
  const { service, method, incoming } = request;
  if (service.nodeType === 'ESS') return badRequest("ESS doesn't support destinations update");
  if (!isOf(caller, name[0])) throw unauthorized;
  const body = await text(incoming);
  if (method === 'PUT') {
    if (!mayWriteType(request, caller, name[0], name[1])) throw unauthorized;
    // The list is the whole body: it is read as the list of a change.
    const { destinations } = readGoJson(`{"destinations":${body || 'null'}}`, destinationsChange);
    service.setDestinations(name, (destinations as string[] | undefined) ?? []);
    return done;
  }
  const { action, destinations } = readGoJson(body, destinationsChange) as {
    action?: string;
    destinations?: string[];
  };
  if (action !== 'add' && action !== 'remove')
    return badRequest(`Invalid action (${action ?? ''}) in payload.`);
  service.changeDestinations(name, action, destinations ?? []);
  return done;
}

function policyReceived({ service }: RestRequest, name: ObjectName): RestResponse {
  if (service.nodeType === 'ESS') return malformed;
  const object = service.store.get(...name);
  if (!object) {
    return errorResponse(
      500,
      "Failed to mark the object's destination policy as having been received. Error: Object not found",
    );
  }
  service.store.change(name[0], object, { policyReceived: true });
  return done;
}
