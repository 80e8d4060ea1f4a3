import {
  badRequest,
  done,
  listOf,
  methodNotAllowed,
  nothing,
  type RestResponse,
} from '../responses/response';
import type { ObjectName } from '../store/objects';
import { requireReadable, requireWriter } from './access';
import { type GoStruct, readGoJson } from './go-json';
import { bytesOf, type RestRequest } from './request';

/** Where an object goes: as it is, as it is to be, or what is to change of it. */
export async function destinationsOf(request: RestRequest, name: ObjectName): Promise<RestResponse> {
  switch (request.method) {
    case 'GET':
      return get(request, name);
    case 'PUT':
      return put(request, name);
    case 'POST':
      return post(request, name);
    default:
      return methodNotAllowed;
  }
}

function get(request: RestRequest, name: ObjectName): RestResponse {
  const { service } = request;
  requireReadable(request, name);
  const object = service.store.get(...name);
  return listOf(service.nodeType === 'CSS' ? Array.from(object?.deliveries.values() ?? []) : []);
}

async function put(request: RestRequest, name: ObjectName): Promise<RestResponse> {
  const { service } = request;
  const object = service.store.get(...name);
  if (!object) return nothing;
  requireWriter(request, name[0], object.metadata);
  const entries = (readGoJson(await bytesOf(request), { list: 'string' }) as string[] | undefined) ?? [];
  const marked = entries.find((entry) => /[<>]/.test(entry));
  if (marked !== undefined) {
    return badRequest(
      `Unsupported char in destinationsList. Error: destinationsList contains unsupported char: < or > (${marked})`,
    );
  }
  if (service.nodeType === 'ESS') throw unsupported;
  service.setDestinations(name, entries);
  return done;
}

const destinationsChange: GoStruct = {
  name: 'base.bulkDestUpdate',
  fields: { action: 'string', destinations: { list: 'string' } },
};

/** Nobody is asked whether they may. */
async function post({ service, incoming }: RestRequest, name: ObjectName): Promise<RestResponse> {
  const failed = 'Invalid JSON for add/remove destinations. Error:';
  const body = await bytesOf({ incoming });
  const { action = '', destinations = [] } = readGoJson(body, destinationsChange, failed) as {
    action?: string;
    destinations?: string[];
  };
  const change = action.toLowerCase();
  if (change !== 'add' && change !== 'remove') return badRequest(`Invalid action (${action}) in payload.`);
  if (service.nodeType === 'ESS') throw unsupported;
  service.changeDestinations(name, change, destinations);
  return done;
}

const unsupported = badRequest("ESS doesn't support destinations update");
