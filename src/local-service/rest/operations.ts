import {
  done,
  errorResponse,
  malformed,
  methodNotAllowed,
  nothing,
  RestResponse,
  unauthorized,
} from '../responses/response';
import type { ObjectName } from '../store/objects';
import { mayRead, requireKnown, requireReadable, requireWriter } from './access';
import { getData, putChunk } from './data';
import { destinationsOf } from './object-destinations';
import { bytesOf, type RestRequest, untilUnlocked } from './request';

type Mark = (request: RestRequest, name: ObjectName) => Promise<void>;

/** What applications say of an object that is there for them. */
const marks: Readonly<Record<string, Mark>> = {
  consumed: ({ service }, name) => service.marks.consumed(name),
  received: async ({ service }, name) => service.marks.received(name),
  deleted: (request, name) => request.service.marks.deletionAcknowledged(name, requireKnown(request)),
  activate: ({ service }, name) => service.activate(name),
  policyreceived: async (request, name) => policyReceived(request, name),
};

/** What may follow the name of an object in a path. */
export async function operate(
  request: RestRequest,
  name: ObjectName,
  operation: string,
): Promise<RestResponse> {
  await untilUnlocked(request, name);
  const all = mayRead(request, name, { dropped: operation === 'deleted' });
  const mark = marks[operation];
  if (mark) {
    if (!all) throw unauthorized;
    if (request.method !== 'PUT') return methodNotAllowed;
    await mark(request, name);
    return done;
  }
  switch (operation) {
    case 'status':
      return status(request, name);
    case 'destinations':
      return destinationsOf(request, name);
    case 'data':
      return data(request, name, all);
    default:
      return malformed;
  }
}

function status(request: RestRequest, name: ObjectName): RestResponse {
  if (request.method !== 'GET') return methodNotAllowed;
  requireReadable(request, name);
  const object = request.service.store.get(...name);
  return object ? new RestResponse(200, object.status, 'plain/text') : nothing;
}

async function data(request: RestRequest, name: ObjectName, all: boolean): Promise<RestResponse> {
  switch (request.method) {
    case 'GET':
      return getData(request, name, all);
    case 'PUT':
      return putData(request, name);
    default:
      return methodNotAllowed;
  }
}

async function putData(request: RestRequest, name: ObjectName): Promise<RestResponse> {
  const { service, incoming } = request;
  const object = service.store.get(...name);
  if (!object) return nothing;
  requireWriter(request, name[0], object.metadata);
  const range = incoming.headers['content-range'];
  if (range) return putChunk(service, name, String(range), await bytesOf(request));
  await service.updateData(name, await bytesOf(request));
  return done;
}

function policyReceived({ service }: RestRequest, name: ObjectName): void {
  if (service.nodeType === 'ESS') throw malformed;
  const object = service.store.get(...name);
  const failed = "Failed to mark the object's destination policy as having been received. Error:";
  if (!object) throw errorResponse(500, `${failed} Object not found`);
  service.store.change(name[0], object, { policyReceived: true });
}
