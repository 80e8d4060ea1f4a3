import { text } from 'node:stream/consumers';
import { Answer, badRequest, done, json, methodNotAllowed, nothing, unauthorized } from '../answer';
import type { LocalCloud } from '../cloud';
import { type GoStruct, readGoJson } from '../go-json';
import { requireAdministrator, requireKnown } from './access';
import { type Asked, checkName } from './asked';

const organization: GoStruct = {
  name: 'common.Organization',
  fields: { orgID: 'string', user: 'string', password: 'string', address: 'string' },
};

export async function organizations(asked: Asked, [orgID, ...more]: string[]): Promise<Answer> {
  const { service, method, request } = asked;
  if (service.nodeType === 'ESS') return onEdge(method);
  if (orgID === undefined) return list(service, asked);
  if (more.length > 0) return badRequest('');
  checkName('Organization ID', orgID);
  if (method === 'DELETE') {
    requireAdministrator(asked, orgID);
    service.forgetOrganization(orgID);
    return done;
  }
  if (method !== 'PUT') return methodNotAllowed;
  requireAdministrator(asked, orgID);
  const { orgID: given = '', address = '' } = readGoJson(await text(request), organization) as {
    orgID?: string;
    address?: string;
  };
  if (given !== orgID) {
    return badRequest(`Org ID (${orgID}) in the URL doesn't match the org-id (${given}) in the payload`);
  }
  service.organizations.set(orgID, address);
  return done;
}

/** Another method than GET is refused, and answered all the same. */
function list(service: LocalCloud, asked: Asked): Answer {
  const caller = requireKnown(asked);
  if (caller.role !== 'syncAdmin' && caller.role !== 'admin') throw unauthorized;
  const found = Array.from(service.organizations)
    .filter(([orgID]) => caller.role === 'syncAdmin' || orgID === caller.organization)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([orgID, address]) => ({ 'org-id': orgID, address }));
  if (found.length === 0) return nothing;
  const answer = json(found);
  return asked.method === 'GET' ? answer : new Answer(405, answer.body, 'text/plain; charset=utf-8');
}

function onEdge(method: string): Answer {
  switch (method) {
    case 'PUT':
      return badRequest("ESS can't add organization");
    case 'DELETE':
      return badRequest("ESS can't delete organization");
    default:
      return badRequest("Failed to fetch the list of organizations. Error: ESS doesn't have organizations");
  }
}
