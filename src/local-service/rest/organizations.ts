import { text } from 'node:stream/consumers';
import type { LocalCloud } from '../delivery/cloud';
import {
  badRequest,
  done,
  json,
  methodNotAllowed,
  nothing,
  RestResponse,
  unauthorized,
} from '../responses/response';
import { requireAdministrator, requireKnown } from './access';
import { type GoStruct, readGoJson } from './go-json';
import { checkName, type RestRequest } from './request';

const organization: GoStruct = {
  name: 'common.Organization',
  fields: { orgID: 'string', user: 'string', password: 'string', address: 'string' },
};

export async function organizations(request: RestRequest, [orgID, ...more]: string[]): Promise<RestResponse> {
  const { service, method, incoming } = request;
  if (service.nodeType === 'ESS') return onEdge(method);
  if (orgID === undefined) return list(service, request);
  if (more.length > 0) return badRequest('');
  checkName('Organization ID', orgID);
  if (method === 'DELETE') {
    requireAdministrator(request, orgID);
    service.forgetOrganization(orgID);
    return done;
  }
  if (method !== 'PUT') return methodNotAllowed;
  requireAdministrator(request, orgID);
  const { orgID: given = '', address = '' } = readGoJson(await text(incoming), organization) as {
    orgID?: string;
    address?: string;
  };
  if (given !== orgID) {
    return badRequest(`Org ID (${orgID}) in the URL doesn't match the org-id (${given}) in the payload`);
  }
  service.organizations.set(orgID, address);
  return done;
}

/** Another method than GET is refused, and has the list all the same. */
function list(service: LocalCloud, request: RestRequest): RestResponse {
  const caller = requireKnown(request);
  if (caller.role !== 'syncAdmin' && caller.role !== 'admin') throw unauthorized;
  const found = Array.from(service.organizations)
    .filter(([orgID]) => caller.role === 'syncAdmin' || orgID === caller.organization)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([orgID, address]) => ({ 'org-id': orgID, address }));
  if (found.length === 0) return nothing;
  const response = json(found);
  return request.method === 'GET'
    ? response
    : new RestResponse(405, response.body, 'text/plain; charset=utf-8');
}

function onEdge(method: string): RestResponse {
  switch (method) {
    case 'PUT':
      return badRequest("ESS can't add organization");
    case 'DELETE':
      return badRequest("ESS can't delete organization");
    default:
      return badRequest("Failed to fetch the list of organizations. Error: ESS doesn't have organizations");
  }
}
