import type { CallOptions } from '../connection/options';
import type { Requests } from '../connection/requests';
import { invalidArgument } from '../errors';
import { checkWord } from '../objects/names';
import { type Paths, query } from '../objects/paths';

/** Who may read (`aclReader`) or also write (`aclWriter`) objects; for destinations there is one role, `na`. */
export interface AccessListEntry {
  username: string;
  /** A user of the organization, or a node that asks as a user. */
  type: 'user' | 'node';
  role: 'aclReader' | 'aclWriter' | 'na';
}

/** An entry to add or remove. A mere name, the form of the archived SDKs, is a user who may write. */
export type AccessListUser = string | (Pick<AccessListEntry, 'username'> & Partial<AccessListEntry>);

/** As the service writes an entry. */
interface StoredEntry {
  Username: string;
  ACLUserType: AccessListEntry['type'];
  ACLRole: AccessListEntry['role'];
}

/** The access control lists of a CSS: one for each object type, or each destination type, and one, `*`, for all. */
export class AccessLists {
  /** @param of what the lists protect, as the service's paths name it. */
  constructor(
    private readonly of: 'objects' | 'destinations',
    private readonly requests: Requests,
    private readonly paths: Paths,
  ) {}

  async add(key: string, users: readonly AccessListUser[], options: CallOptions): Promise<void> {
    await this.#change('add', key, users, options);
  }

  async remove(key: string, users: readonly AccessListUser[], options: CallOptions): Promise<void> {
    await this.#change('remove', key, users, options);
  }

  async retrieve(key: string, options: CallOptions & { type?: 'user' | 'node' }): Promise<AccessListEntry[]> {
    checkWord('type of the list', key);
    // A key in the path would be ignored: the service would give the list for all types.
    const parameters = { key: key === '*' ? undefined : key, acl_usertype: options.type };
    const stored = await this.requests.list<StoredEntry>(`${this.#path()}${query(parameters)}`, options);
    const entries = stored.map(({ Username, ACLUserType, ACLRole }) => ({
      username: Username,
      type: ACLUserType,
      role: ACLRole,
    }));
    // Not every store of the service heeds acl_usertype.
    return options.type === undefined ? entries : entries.filter(({ type }) => type === options.type);
  }

  async keys(options: CallOptions): Promise<string[]> {
    return this.requests.names(`${this.#path()}?all_keys=true`, options);
  }

  async #change(
    action: 'add' | 'remove',
    key: string,
    users: readonly AccessListUser[],
    { signal }: CallOptions,
  ): Promise<void> {
    checkWord('type of the list', key);
    if (!Array.isArray(users) || users.length === 0)
      throw invalidArgument('A list of at least one user is needed');
    const path = key === '*' ? this.#path() : `${this.#path()}/${encodeURIComponent(key)}`;
    // The SDKs' own form, `usernames`, is answered with 204 as well, and nothing is stored.
    const json = { action, users: users.map((user) => this.#toStored(user)) };
    await this.requests.change({ method: 'PUT', path, json, repeatable: true, signal });
  }

  #toStored(user: AccessListUser): StoredEntry {
    const { username, type = 'user', role } = typeof user === 'string' ? { username: user } : (user ?? {});
    if (typeof username !== 'string' || username === '') throw invalidArgument('A user needs a username');
    if (type !== 'user' && type !== 'node') throw invalidArgument('The type of a user must be user or node');
    const given = this.of === 'destinations' ? 'na' : (role ?? 'aclWriter');
    return { Username: username, ACLUserType: type, ACLRole: given };
  }

  #path(): string {
    const organization = this.paths.cloudOrganization('access lists');
    return `/api/v1/security/${this.of}/${encodeURIComponent(organization)}`;
  }
}
