import type { KeptMap } from '../../storage/journal';
import type { Caller } from '../roles';

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
  constructor(private readonly lists: KeptMap<readonly AccessListEntry[]>) {}

  add(of: Protected, organization: string, key: string, entries: readonly AccessListEntry[]): void {
    if (entries.length === 0) return;
    const list = this.get(of, organization, key);
    const added = new Set(entries.map(nameOf));
    this.lists.set(nameOfList(of, organization, key), [
      ...list.filter((entry) => !added.has(nameOf(entry))),
      ...entries,
    ]);
  }

  remove(
    of: Protected,
    organization: string,
    key: string,
    entries: readonly Pick<AccessListEntry, 'Username' | 'ACLUserType'>[],
  ): void {
    const name = nameOfList(of, organization, key);
    const removed = new Set(entries.map(nameOf));
    const left = this.lists.get(name)?.filter((entry) => !removed.has(nameOf(entry))) ?? [];
    if (left.length > 0) this.lists.set(name, left);
    else this.lists.delete(name);
  }

  get(of: Protected, organization: string, key: string): readonly AccessListEntry[] {
    return this.lists.get(nameOfList(of, organization, key)) ?? [];
  }

  keys(of: Protected, organization: string): string[] {
    const start = nameOfList(of, organization, '');
    return Array.from(this.lists.keys())
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice(start.length))
      .sort();
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
    for (const of of ['objects', 'destinations'] as const) {
      for (const key of this.keys(of, organization)) this.lists.delete(nameOfList(of, organization, key));
    }
  }
}

/** Neither organizations nor keys contain a slash. */
function nameOfList(of: Protected, organization: string, key: string): string {
  return `${of}/${organization}/${key}`;
}

function nameOf({ ACLUserType, Username }: Pick<AccessListEntry, 'Username' | 'ACLUserType'>): string {
  return `${ACLUserType} ${Username}`;
}
