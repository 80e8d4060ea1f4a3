import { isAcceptedByCloud } from '../../protocol/names';
import type { LocalCloud } from '../delivery/cloud';
import {
  badRequest,
  done,
  listOf,
  malformed,
  methodNotAllowed,
  RestResponse,
  unauthorized,
} from '../responses/response';
import { type AccessListEntry, type AccessLists, all, type Protected } from '../store/access-lists';
import { isOf, requireRole } from './access';
import { type GoStruct, readGoJson } from './go-json';
import { bytesOf, escaped, flag, type RestRequest } from './request';

const entry: GoStruct = {
  name: 'common.ACLentry',
  fields: { Username: 'string', ACLUserType: 'string', ACLRole: 'string' },
};
const bulkUpdate: GoStruct = {
  name: 'base.bulkACLUpdate',
  fields: { action: 'string', users: { list: entry } },
};

type Given = { Username?: string; ACLUserType?: string; ACLRole?: string };

/** The only messages of the real service that end without a newline. */
function refused(message: string): RestResponse {
  return new RestResponse(400, message, 'text/plain; charset=utf-8');
}

export async function accessLists(request: RestRequest, segments: string[]): Promise<RestResponse> {
  const lists = (request.service as LocalCloud).accessLists;
  const caller = requireRole(request, 'syncAdmin', 'admin');
  const [of, organization, ...parts] = segments;
  if (organization === undefined || segments.length > 5) return malformed;
  if (!isOf(caller, organization)) throw unauthorized;
  if (!isProtected(of)) return malformed;
  const [key = '', userType = '', username = ''] = parts;
  switch (request.method) {
    case 'GET':
      return parts.length > 1 ? malformed : read(lists, of, organization, request.query);
    case 'PUT':
      // The real service does nothing here, and says neither that nor anything else.
      if (parts.length > 1) return new RestResponse(200);
      checkNames({ organization, key });
      return change(lists, of, organization, key || all, await bytesOf(request));
    case 'DELETE':
      if (parts.length !== 3) return malformed;
      checkNames({ organization, key, userType, username });
      lists.remove(of, organization, key || all, [
        { Username: username, ACLUserType: userType as 'user' | 'node' },
      ]);
      return done;
    default:
      return methodNotAllowed;
  }
}

/** The key is one of the query: one in the path is ignored. */
function read(lists: AccessLists, of: Protected, organization: string, query: URLSearchParams): RestResponse {
  const keys = flag(query, 'all_keys');
  const userType = query.get('acl_usertype') ?? '';
  if (!['', 'user', 'node'].includes(userType)) {
    return badRequest(
      `Invalid acl user type ${userType} in URL. If specified, the value should be "user" or "node"`,
    );
  }
  const key = query.get('key') ?? '';
  checkNames({ organization, key });
  return listOf(keys ? lists.keys(of, organization) : lists.get(of, organization, key));
}

function change(
  lists: AccessLists,
  of: Protected,
  organization: string,
  key: string,
  body: Buffer,
): RestResponse {
  const { action = '', users = [] } = readGoJson(body, bulkUpdate) as { action?: string; users?: Given[] };
  const what = action.toLowerCase();
  if (what !== 'add' && what !== 'remove') return badRequest(`Invalid action (${action}) in payload.`);
  const entries = users.map((user) => checked(user, of, what === 'add'));
  lists[what](of, organization, key, entries);
  return done;
}

/** Destinations know one role, which need not be said. */
function checked(
  { Username = '', ACLUserType = '', ACLRole = '' }: Given,
  of: Protected,
  adding: boolean,
): AccessListEntry {
  const invalid = 'Invalid ACL entry for update. Error:';
  const given = `{${Username} ${ACLUserType} ${ACLRole}}`;
  if (ACLUserType !== 'user' && ACLUserType !== 'node') {
    throw badRequest(
      `${invalid} aclUserType "${ACLUserType}" is invalid for ACL entry ${given}, it should be "user", or "node"`,
    );
  }
  if (Username.trim() === '') {
    throw badRequest(
      `${invalid} ${adding ? 'username/nodename' : '"Username"'} cannot be empty for ACL entry ${given}.`,
    );
  }
  if (of === 'destinations' || !adding) return { Username, ACLUserType, ACLRole: 'na' };
  if (ACLRole !== 'aclReader' && ACLRole !== 'aclWriter') {
    throw badRequest(
      `${invalid} aclRole "${ACLRole}" is invalid for ACL entry ${given}, it should be "aclWriter", or "aclReader"`,
    );
  }
  return { Username, ACLUserType, ACLRole };
}

/** @throws RestResponse 400 for the first that is none. */
function checkNames(names: {
  organization: string;
  key: string;
  userType?: string;
  username?: string;
}): void {
  const { organization, key, userType = '', username = '' } = names;
  const isWrong = (name: string): boolean => name !== '' && !isAcceptedByCloud(name);
  if (isWrong(organization)) {
    throw refused(`Organization ID (${escaped(organization)}) contains invalid characters`);
  }
  if (isWrong(key)) {
    throw refused(`Key (destination type/object type) ${escaped(key)} contains invalid characters`);
  }
  if (!['', 'user', 'node'].includes(userType)) {
    throw refused(`Invalid acl user type ${escaped(userType)} in URL. The value should be "user" or "node"`);
  }
  if (isWrong(username)) throw refused(`Username (${escaped(username)}) contains invalid characters`);
}

function isProtected(word: string | undefined): word is Protected {
  return word === 'objects' || word === 'destinations';
}
