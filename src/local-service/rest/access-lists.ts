import { text } from 'node:stream/consumers';
import type { LocalCloud } from '../delivery/cloud';
import {
  badRequest,
  done,
  listOf,
  malformed,
  methodNotAllowed,
  type RestResponse,
} from '../responses/response';
import { type AccessListEntry, type AccessLists, allTypes, type Protected } from '../store/access-lists';
import { requireAdministrator } from './access';
import { type GoStruct, readGoJson } from './go-json';
import { checkName, type RestRequest } from './request';

const entry: GoStruct = {
  name: 'common.ACLentry',
  fields: { Username: 'string', ACLUserType: 'string', ACLRole: 'string' },
};
const bulkUpdate: GoStruct = {
  name: 'base.bulkACLUpdate',
  fields: { action: 'string', users: { list: entry } },
};

interface Update {
  action?: string;
  users?: { Username?: string; ACLUserType?: string; ACLRole?: string }[];
}

export async function accessLists(request: RestRequest, parts: string[]): Promise<RestResponse> {
  const [of, organization, key, userType, username, ...more] = parts;
  const lists = (request.service as LocalCloud).accessLists;
  if (organization === undefined || !isProtected(of)) return malformed;
  checkName('Organization ID', organization);
  requireAdministrator(request, organization);
  switch (request.method) {
    case 'GET':
      return read(lists, of, organization, request.query);
    case 'PUT':
      return change(lists, of, organization, key ?? allTypes, await text(request.incoming));
    case 'DELETE':
      if (key === undefined || username === undefined || more.length > 0) return malformed;
      if (userType !== 'user' && userType !== 'node') return malformed;
      lists.remove(of, organization, key, [{ Username: username, ACLUserType: userType }]);
      return done;
    default:
      return methodNotAllowed;
  }
}

/** The key is one of the query: one in the path is ignored. */
function read(lists: AccessLists, of: Protected, organization: string, query: URLSearchParams): RestResponse {
  if (query.get('all_keys') === 'true') return listOf(lists.keys(of, organization));
  const userType = query.get('acl_usertype') ?? '';
  if (!['', 'user', 'node'].includes(userType)) {
    return badRequest(
      `Invalid acl user type ${userType} in URL. If specified, the value should be "user" or "node"`,
    );
  }
  return listOf(lists.get(of, organization, query.get('key') ?? allTypes));
}

function change(
  lists: AccessLists,
  of: Protected,
  organization: string,
  key: string,
  body: string,
): RestResponse {
  const { action = '', users = [] } = readGoJson(body, bulkUpdate) as Update;
  if (!/^(add|remove)$/i.test(action)) return badRequest(`Invalid action (${action}) in payload.`);
  const entries = users.map((user) => checked(user, of, action.toLowerCase() === 'add'));
  if (action.toLowerCase() === 'add') lists.add(of, organization, key, entries);
  else lists.remove(of, organization, key, entries);
  return done;
}

/** Destinations know one role, which need not be said. */
function checked(
  { Username = '', ACLUserType = '', ACLRole = '' }: NonNullable<Update['users']>[number],
  of: Protected,
  adding: boolean,
): AccessListEntry {
  const said = `for ACL entry {${Username} ${ACLUserType} ${ACLRole}}`;
  const invalid = 'Invalid ACL entry for update. Error:';
  if (ACLUserType !== 'user' && ACLUserType !== 'node') {
    throw badRequest(
      `${invalid} aclUserType "${ACLUserType}" is invalid ${said}, it should be "user", or "node"`,
    );
  }
  if (of === 'destinations' || !adding) return { Username, ACLUserType, ACLRole: 'na' };
  if (ACLRole !== 'aclReader' && ACLRole !== 'aclWriter') {
    throw badRequest(
      `${invalid} aclRole "${ACLRole}" is invalid ${said}, it should be "aclWriter", or "aclReader"`,
    );
  }
  return { Username, ACLUserType, ACLRole };
}

function isProtected(word: string | undefined): word is Protected {
  return word === 'objects' || word === 'destinations';
}
