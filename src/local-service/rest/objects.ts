import { buffer, text } from 'node:stream/consumers';
import {
  Answer,
  badRequest,
  done,
  json,
  listOf,
  malformed,
  methodNotAllowed,
  nothing,
  refusal,
  unauthorized,
} from '../answer';
import { type GoStruct, readGoJson } from '../go-json';
import { checkSubject, readUpdate } from '../metadata';
import type { Caller } from '../roles';
import { checkUpdate } from '../rules';
import type { ObjectName } from '../side';
import type { StoredObject } from '../store';
import { isOf, mayRead, mayReadType, maySend, mayWriteType, requireKnown } from './access';
import { type Asked, checkName } from './asked';
import { organizationLists, updates } from './lists';
import { chunkAnswer, dataAnswer } from './ranges';

/** A CSS has the organization in its paths; an ESS reads such a path as type and ID, and finds nothing. */
export async function objects(asked: Asked, parts: string[], hasSlash: boolean): Promise<Answer> {
  const { service, method } = asked;
  const segments = [...parts];
  const organization = service.nodeType === 'CSS' ? (segments.shift() ?? '') : service.organization;
  if (organization === '') return malformed;
  checkName('Organization ID', organization);
  const [objectType, objectID, operation, ...more] = segments;
  if (objectType === undefined) {
    if (service.nodeType === 'ESS') return malformed;
    if (method !== 'GET') return methodNotAllowed;
    return hasSlash ? nothing : organizationLists(asked, organization);
  }
  if (more.length > 0) return malformed;
  checkName('object Type', objectType);
  if (objectID === undefined) return ofType(asked, organization, objectType);
  checkName('object ID', objectID);
  const name: ObjectName = [organization, objectType, objectID];
  return operation === undefined ? whole(asked, name) : part(asked, name, operation.toLowerCase());
}

async function ofType(asked: Asked, organization: string, objectType: string): Promise<Answer> {
  switch (asked.method) {
    case 'GET':
      return updates(asked, organization, objectType);
    case 'PUT':
      return webhook(asked, organization, objectType);
    default:
      return methodNotAllowed;
  }
}

const webhookUpdate: GoStruct = { name: 'base.webhookUpdate', fields: { action: 'string', url: 'string' } };

async function webhook(asked: Asked, organization: string, objectType: string): Promise<Answer> {
  const body = readGoJson(await text(asked.request), webhookUpdate) as { action?: string; url?: string };
  const caller = requireKnown(asked);
  if (caller.role === 'service' || !mayWriteType(asked, caller, organization, objectType)) throw unauthorized;
  const { action = '', url = '' } = body;
  // An action that is none of the two is taken, and nothing is done.
  if (/^delete$/i.test(action)) asked.service.webhooks.delete(organization, objectType, url);
  if (/^register$/i.test(action)) {
    if (url !== '' && !URL.canParse(url)) return badRequest('Invalid webhook');
    if (!/^https?:/.test(url)) return badRequest('Invalid destination data URI');
    asked.service.webhooks.register(organization, objectType, url);
  }
  return done;
}

async function whole(asked: Asked, name: ObjectName): Promise<Answer> {
  const { service, method } = asked;
  switch (method) {
    case 'GET': {
      await untilUnlocked(asked, name);
      const { object, caller } = requireReadable(asked, name);
      return object ? json(service.seenBy(object, caller)) : nothing;
    }
    case 'PUT':
      return put(asked, name);
    case 'DELETE': {
      const caller = requireKnown(asked);
      if (!mayWriteType(asked, caller, name[0], name[1])) throw unauthorized;
      service.delete(name, caller);
      return done;
    }
    default:
      return methodNotAllowed;
  }
}

/** The body is read before the user is asked for, as by the real service. */
async function put(asked: Asked, name: ObjectName): Promise<Answer> {
  const { service, request } = asked;
  const [organization, objectType, objectID] = name;
  const update = readUpdate(await text(request));
  const caller = requireKnown(asked);
  if (!maySend(asked, caller, organization, objectType, update.metadata.destinationType)) throw unauthorized;
  checkSubject(update.metadata, objectType, objectID);
  checkUpdate(update, service.nodeType, service.clock());
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

async function part(asked: Asked, name: ObjectName, operation: string): Promise<Answer> {
  const { service, method } = asked;
  const methods = operations[operation];
  if (!methods) return malformed;
  if (!methods.includes(method)) return methodNotAllowed;
  if (method === 'GET') return read(asked, name, operation);
  const caller = requireKnown(asked);
  if (operation === 'data') return putData(asked, name, caller);
  if (operation === 'destinations') return changeDestinations(asked, name, caller);
  if (!mayReadType(asked, caller, name[0], name[1])) throw unauthorized;
  switch (operation) {
    case 'consumed':
      await untilUnlocked(asked, name);
      await service.consumed(name);
      return done;
    case 'received':
      service.received(name);
      return done;
    case 'deleted':
      await service.deletionAcknowledged(name, caller);
      return done;
    case 'activate':
      if (!mayWriteType(asked, caller, name[0], name[1])) throw unauthorized;
      service.activate(name);
      return done;
    default:
      return policyReceived(asked, name);
  }
}

async function read(asked: Asked, name: ObjectName, operation: string): Promise<Answer> {
  const { service, request } = asked;
  if (operation !== 'data') await untilUnlocked(asked, name);
  if (operation === 'data') {
    refuseUnreadableData(asked, name);
    return dataAnswer(service.data(name), request.headers.range, service.faults);
  }
  requireReadable(asked, name);
  if (operation === 'status') return new Answer(200, service.status(name), 'plain/text');
  return listOf(service.nodeType === 'CSS' ? service.objectDestinations(name) : []);
}

/** Who may not read is told the same of objects that are not there. */
function requireReadable(
  asked: Asked,
  name: ObjectName,
): { caller: Caller; object: StoredObject | undefined } {
  const caller = requireKnown(asked);
  const object = asked.service.store.get(...name);
  const readable = object
    ? mayRead(asked, caller, name[0], object)
    : mayReadType(asked, caller, name[0], name[1]);
  if (!readable) throw unauthorized;
  return { caller, object };
}

function refuseUnreadableData(asked: Asked, name: ObjectName): void {
  try {
    requireReadable(asked, name);
  } catch (refused) {
    if (asked.service.nodeType === 'ESS' || asked.caller === undefined) throw refused;
    throw refusal(403, 'Unauthorized. The object may not exist or be public.');
  }
}

async function untilUnlocked({ service }: Asked, [, objectType, objectID]: ObjectName): Promise<void> {
  if (service.nodeType === 'ESS') await service.unlocked(objectType, objectID);
}

async function putData(asked: Asked, name: ObjectName, caller: Caller): Promise<Answer> {
  const { service, request } = asked;
  if (!mayWriteType(asked, caller, name[0], name[1])) throw unauthorized;
  const contentRange = request.headers['content-range'];
  const object = service.store.get(...name);
  if (contentRange !== undefined && object) {
    return chunkAnswer(String(contentRange), object, service.begunUploads);
  }
  service.updateData(name, await buffer(request));
  return done;
}

const destinationsChange: GoStruct = {
  name: 'base.destinationsUpdate',
  fields: { action: 'string', destinations: { list: 'string' } },
};

async function changeDestinations(asked: Asked, name: ObjectName, caller: Caller): Promise<Answer> {
  const { service, method, request } = asked;
  if (service.nodeType === 'ESS') return badRequest("ESS doesn't support destinations update");
  if (!isOf(caller, name[0])) throw unauthorized;
  const body = await text(request);
  if (method === 'PUT') {
    if (!mayWriteType(asked, caller, name[0], name[1])) throw unauthorized;
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

function policyReceived({ service }: Asked, name: ObjectName): Answer {
  if (service.nodeType === 'ESS') return malformed;
  const object = service.store.get(...name);
  if (!object) {
    return refusal(
      500,
      "Failed to mark the object's destination policy as having been received. Error: Object not found",
    );
  }
  service.store.change(name[0], object, { policyReceived: true });
  return done;
}
