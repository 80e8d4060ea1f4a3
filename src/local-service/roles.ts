/** Who asks, as the credentials say. */
export type Role =
  | 'syncAdmin'
  | 'admin'
  /** May do everything with objects, and nothing with access lists. */
  | 'objectAdmin'
  | 'user'
  /** A node that asks as a user. */
  | 'node'
  /** An application on an edge, known by its organization, version and name. */
  | 'service'
  /** An ESS itself: it has the protocol between the services, and no REST interface. */
  | 'edge';

export interface Caller {
  role: Role;
  organization: string;
  /** The name within the organization; of a service `organization/version/name`. */
  name: string;
}

/** A key with its secret, and whom it stands for. */
export interface KeyPair extends Caller {
  key: string;
  secret: string;
}

/** Finds out who asks. */
export type Authenticator = (key: string, secret: string) => Caller | undefined;

/** The names that the development mode takes for regular users; other names are administrators. */
const regularUsers = new Set(['user', 'user2', 'bob@example.com']);

/**
 * The development mode of the real service: the secret is ignored, and the form of the name tells the role.
 * `name@org` is an administrator of that organization, or a user where the name is one of a few; `root@...` may do
 * everything; `org/name` is an object administrator; `name%org` a node; `org$serviceOrg$version$name` a service;
 * `org/type/id` an edge.
 */
export const developmentRoles: Authenticator = (key) => {
  const path = key.split('/');
  const [first = '', second = ''] = path;
  if (path.length === 3) return { role: 'edge', organization: first, name: path.slice(1).join('/') };
  if (path.length === 2) {
    return { role: second === 'exadmin' ? 'admin' : 'objectAdmin', organization: first, name: second };
  }
  const [organization = '', ...service] = key.split('$');
  if (service.length === 3) return { role: 'service', organization, name: service.join('/') };
  const node = key.split('%');
  if (node.length === 2) return { role: 'node', organization: node[1] ?? '', name: node[0] ?? '' };
  return userOf(key.split('@'));
};

/** Names of users may be addresses of mail. */
function userOf(parts: string[]): Caller | undefined {
  if (parts.length !== 2 && parts.length !== 3) return undefined;
  const name = parts.slice(0, -1).join('@');
  if (name === 'root') return { role: 'syncAdmin', organization: '', name };
  return { role: regularUsers.has(name) ? 'user' : 'admin', organization: parts.at(-1) ?? '', name };
}

/** Keys with secrets, and nobody else. */
export function presetRoles(pairs: readonly KeyPair[]): Authenticator {
  return (key, secret) => {
    const pair = pairs.find((each) => each.key === key && each.secret === secret);
    return pair && { role: pair.role, organization: pair.organization, name: pair.name };
  };
}

const base64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

/** Who sent a request, by its Authorization header; undefined where nobody is known by it. */
export function callerOf(header: string | undefined, authenticate: Authenticator): Caller | undefined {
  const encoded = /^Basic (.*)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined || !base64.test(encoded)) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : authenticate(text.slice(0, colon), text.slice(colon + 1));
}

export function isAdministrator(caller: Caller, organization: string): boolean {
  return caller.role === 'syncAdmin' || (caller.role === 'admin' && caller.organization === organization);
}
