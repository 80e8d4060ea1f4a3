import { done, json, methodNotAllowed, nothing, type RestResponse } from '../responses/response';
import type { ObjectName } from '../store/objects';
import { mayRead, requireReadable, requireWriter } from './access';
import { checkSubject, readUpdate } from './metadata';
import { bytesOf, type RestRequest, untilUnlocked } from './request';
import { checkUpdate } from './rules';

/** An object's metadata: what it says of itself, what it is to be, and that it is to go. */
export async function whole(request: RestRequest, name: ObjectName): Promise<RestResponse> {
  switch (request.method) {
    case 'GET':
      await untilUnlocked(request, name);
      return get(request, name);
    case 'PUT':
      return put(request, name);
    case 'DELETE':
      await untilUnlocked(request, name);
      return remove(request, name);
    default:
      return methodNotAllowed;
  }
}

/** Who may not read is told the same of objects that are not there. */
function get(request: RestRequest, name: ObjectName): RestResponse {
  requireReadable(request, name);
  const object = request.service.store.get(...name);
  return object ? json(object.metadata) : nothing;
}

/** The body is read before the user is asked for, as by the real service. */
async function put(request: RestRequest, name: ObjectName): Promise<RestResponse> {
  const { service } = request;
  const [organization, objectType, objectID] = name;
  const update = readUpdate(await bytesOf(request));
  const caller = requireWriter(request, organization, update.metadata);
  checkSubject(update.metadata, objectType, objectID);
  checkUpdate(update, service.nodeType, service.now());
  await untilUnlocked(request, name);
  await service.update(organization, update, caller);
  return done;
}

/** On a CSS what is not there is looked for before rights; sync administrators and edges hear it in other words. */
async function remove(request: RestRequest, name: ObjectName): Promise<RestResponse> {
  const { service, caller } = request;
  mayRead(request, name);
  if (service.nodeType === 'CSS' && caller?.role !== 'syncAdmin') {
    const object = service.store.get(...name);
    if (!object) return nothing;
    requireWriter(request, name[0], object.metadata);
  }
  await service.delete(name);
  return done;
}
