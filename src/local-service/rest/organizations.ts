import {
  badRequest,
  done,
  json,
  malformed,
  methodNotAllowed,
  nothing,
  RestResponse,
} from '../responses/response';
import { requireAdministrator, requireRole } from './access';
import { type GoStruct, readGoJson } from './go-json';
import { bytesOf, checkName, type RestRequest } from './request';

const organization: GoStruct = {
  name: 'common.Organization',
  fields: { orgID: 'string', user: 'string', password: 'string', address: 'string' },
};

export async function organizations(request: RestRequest, segments: string[]): Promise<RestResponse> {
  const [orgID = '', end = '', ...more] = segments;
  if (segments.length <= 1 && orgID === '') return list(request);
  if (end !== '' || more.length > 0) return malformed;
  checkName('Organization ID', orgID);
  requireAdministrator(request, orgID);
  switch (request.method) {
    case 'DELETE':
      return remove(request, orgID);
    case 'PUT':
      return put(request, orgID);
    default:
      return methodNotAllowed;
  }
}

/** Another method than GET is refused, and has the list all the same. */
function list(request: RestRequest): RestResponse {
  const { service, method } = request;
  const caller = requireRole(request, 'syncAdmin', 'admin');
  const found =
    service.nodeType === 'ESS' ? onEdge : listFor(service.organizations, caller.role, caller.organization);
  return method === 'GET' ? found : new RestResponse(405, found.body, found.body ? text : undefined);
}

const text = 'text/plain; charset=utf-8';
const onEdge = badRequest("Failed to fetch the list of organizations. Error: ESS doesn't have organizations");

function listFor(stored: Iterable<[string, string]>, role: string, own: string): RestResponse {
  const all = Array.from(stored).sort(([a], [b]) => (a < b ? -1 : 1));
  if (all.length === 0) return nothing;
  const seen = all.filter(([orgID]) => role === 'syncAdmin' || orgID === own);
  return json(seen.map(([orgID, address]) => ({ 'org-id': orgID, address })));
}

function remove({ service }: RestRequest, orgID: string): RestResponse {
  if (service.nodeType === 'ESS') return badRequest("ESS can't delete organization");
  service.forgetOrganization(orgID);
  return done;
}

async function put(request: RestRequest, orgID: string): Promise<RestResponse> {
  const { service } = request;
  const { orgID: given = '', address = '' } = readGoJson(await bytesOf(request), organization) as {
    orgID?: string;
    address?: string;
  };
  if (service.nodeType === 'ESS') return badRequest("ESS can't add organization");
  if (given !== orgID) {
    return badRequest(`Org ID (${orgID}) in the URL doesn't match the org-id (${given}) in the payload`);
  }
  service.organizations.set(orgID, address);
  return done;
}
