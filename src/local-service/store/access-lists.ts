import type { KeptMap } from '../../storage/journal';

/** An entry as the service stores and gives it. */
export interface AccessListEntry {
  Username: string;
  ACLUserType: 'user' | 'node';
  ACLRole: 'aclReader' | 'aclWriter' | 'na';
}

export type Protected = 'objects' | 'destinations';

/** The key of the list that counts for all types, and the name of an entry that counts for everybody. */
export const all = '*';

type EntryName = Pick<AccessListEntry, 'Username' | 'ACLUserType'>;

/** Who of the users of an organization may read or write objects of a type, and send to destinations of a type. */
export class AccessLists {
  constructor(private readonly lists: KeptMap<readonly AccessListEntry[]>) {}

  /** Who is on the list already stays as it is. */
  add(of: Protected, organization: string, key: string, entries: readonly AccessListEntry[]): void {
    const list = this.get(of, organization, key);
    const known = new Set(list.map(nameOf));
    const added = entries.filter((entry) => !known.has(nameOf(entry)));
    if (added.length > 0) this.lists.set(nameOfList(of, organization, key), [...list, ...added]);
  }

  /** The last of a list takes the place of one that goes, as in the real service. */
  remove(of: Protected, organization: string, key: string, entries: readonly EntryName[]): void {
    const name = nameOfList(of, organization, key);
    const list = [...this.get(of, organization, key)];
    for (const entry of entries) {
      const index = list.findIndex((each) => nameOf(each) === nameOf(entry));
      const last = index < 0 ? undefined : list.pop();
      if (last && index < list.length) list[index] = last;
    }
    if (list.length > 0) this.lists.set(name, list);
    else this.lists.delete(name);
  }

  get(of: Protected, organization: string, key: string): readonly AccessListEntry[] {
    return this.lists.get(nameOfList(of, organization, key || all)) ?? [];
  }

  keys(of: Protected, organization: string): string[] {
    const start = nameOfList(of, organization, '');
    return Array.from(this.lists.keys())
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice(start.length))
      .sort();
  }

  /** Whether somebody is on the list of a type, or on that of all; whether user or node is not looked at. */
  has(of: Protected, organization: string, key: string, name: string): boolean {
    return [key, all].some((each) => this.#entryOf(of, organization, each, name) !== undefined);
  }

  /** Whether somebody may write objects of a type: what the list of the type says of them counts before that of all. */
  mayWrite(organization: string, objectType: string, name: string): boolean {
    const entry =
      this.#entryOf('objects', organization, objectType, name) ??
      this.#entryOf('objects', organization, all, name);
    return entry?.ACLRole === 'aclWriter';
  }

  /** The keys of the lists of objects that somebody is on; here a user is no node. */
  keysOf(organization: string, userType: string, name: string): string[] {
    return this.keys('objects', organization).filter((key) =>
      this.get('objects', organization, key).some(
        ({ ACLUserType, Username }) => ACLUserType === userType && (Username === name || Username === all),
      ),
    );
  }

  forget(organization: string): void {
    for (const of of ['objects', 'destinations'] as const) {
      for (const key of this.keys(of, organization)) this.lists.delete(nameOfList(of, organization, key));
    }
  }

  #entryOf(of: Protected, organization: string, key: string, name: string): AccessListEntry | undefined {
    return this.get(of, organization, key).find(({ Username }) => Username === name || Username === all);
  }
}

/** Neither organizations nor keys contain a slash. */
function nameOfList(of: Protected, organization: string, key: string): string {
  return `${of}/${organization}/${key}`;
}

function nameOf({ ACLUserType, Username }: EntryName): string {
  return `${ACLUserType} ${Username}`;
}
