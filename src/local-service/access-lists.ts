import type { Caller } from './roles';

/** An entry as the service stores and gives it. */
export interface AccessListEntry {
  Username: string;
  ACLUserType: 'user' | 'node';
  ACLRole: 'aclReader' | 'aclWriter' | 'na';
}

export type Protected = 'objects' | 'destinations';

/** The key of the list that counts for all types. */
export const allTypes = '*';

/** Who of the users of an organization may read or write objects of a type, and send to destinations of a type. */
export class AccessLists {
  readonly #lists = new Map<string, Map<string, AccessListEntry[]>>();

  add(of: Protected, organization: string, key: string, entries: readonly AccessListEntry[]): void {
    if (entries.length === 0) return;
    const lists = this.#of(of, organization);
    const list = lists.get(key) ?? [];
    const added = new Set(entries.map(nameOf));
    lists.set(key, [...list.filter((entry) => !added.has(nameOf(entry))), ...entries]);
  }

  remove(
    of: Protected,
    organization: string,
    key: string,
    entries: readonly Pick<AccessListEntry, 'Username' | 'ACLUserType'>[],
  ): void {
    const lists = this.#of(of, organization);
    const removed = new Set(entries.map(nameOf));
    const left = lists.get(key)?.filter((entry) => !removed.has(nameOf(entry))) ?? [];
    if (left.length > 0) lists.set(key, left);
    else lists.delete(key);
  }

  get(of: Protected, organization: string, key: string): readonly AccessListEntry[] {
    return this.#of(of, organization).get(key) ?? [];
  }

  keys(of: Protected, organization: string): string[] {
    return Array.from(this.#of(of, organization).keys()).sort();
  }

  /** Whether a user or node is on the list of a type, or of all types, with one of the roles. */
  allows(
    of: Protected,
    { organization, role, name }: Caller,
    key: string,
    ...roles: AccessListEntry['ACLRole'][]
  ): boolean {
    const entries = [...this.get(of, organization, key), ...this.get(of, organization, allTypes)];
    return entries.some(
      (entry) => entry.Username === name && entry.ACLUserType === role && roles.includes(entry.ACLRole),
    );
  }

  forget(organization: string): void {
    for (const of of ['objects', 'destinations']) this.#lists.delete(`${of} ${organization}`);
  }

  #of(of: Protected, organization: string): Map<string, AccessListEntry[]> {
    const key = `${of} ${organization}`;
    const lists = this.#lists.get(key) ?? new Map<string, AccessListEntry[]>();
    this.#lists.set(key, lists);
    return lists;
  }
}

function nameOf({ ACLUserType, Username }: Pick<AccessListEntry, 'Username' | 'ACLUserType'>): string {
  return `${ACLUserType} ${Username}`;
}
