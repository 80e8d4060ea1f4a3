import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectReference } from '../../src/client';
import { isCaseless } from '../../src/storage/caseless';
import { caselessFileNameOf, caselessOf, fileNameOf } from '../../src/storage/file-name';
import type { KeptMap } from '../../src/storage/journal';
import { invalidInput } from '../common/failure';

/** An object, and its organization where that is known. */
export type Named = ObjectReference & { orgID?: string | undefined };

/** Whose file a name is in its folder. */
export interface NamedFile {
  folder: string;
  name: string;
  object: Named;
}

/** How many names may be kept before those whose files are gone are looked for, and forgotten. */
const mostBeforeLook = 1_024;

/**
 * The names that files get where the user gives none: the ID of the object, as long as no other object has its file
 * there. Two types may have one ID, and on some disks IDs that differ in capitals are one name. Then the type comes before
 * it, and then the organization. A name belongs to an object as long as its file is there.
 */
export class FileNames {
  readonly #inUse = new Map<string, number>();
  #nextLook = mostBeforeLook;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param caseless whether a folder takes upper and lower case for the same. */
  constructor(
    private readonly files: KeptMap<NamedFile[]>,
    private readonly caseless: (folder: string) => Promise<boolean> = isCaseless,
  ) {}

  /** Has `work` write the file of an object, under a name that is that object's meanwhile, too. */
  async use<T>(folder: string, object: Named, work: (name: string) => Promise<T>): Promise<T> {
    const taking = this.#turn.then(() => this.#take(folder, object));
    this.#turn = taking.catch(() => undefined);
    const file = await taking;
    try {
      return await work(file.name);
    } finally {
      this.#count(file, -1);
    }
  }

  async #take(folder: string, object: Named): Promise<NamedFile> {
    await this.#forgetGone();
    const names = namesFor(object);
    const file =
      (await this.#ownFile(folder, object, names)) ?? (await this.#freeFile(folder, object, names));
    this.#count(file, 1);
    return file;
  }

  /** A file that it has already: what comes and goes must not give it another name. */
  async #ownFile(folder: string, object: Named, names: readonly string[]): Promise<NamedFile | undefined> {
    for (const name of names) {
      const own = this.#filesLike(folder, name).find(
        (each) => each.name === name && isSame(each.object, object),
      );
      if (own && (await this.#isThere(own))) return own;
    }
    return undefined;
  }

  async #freeFile(folder: string, object: Named, names: readonly string[]): Promise<NamedFile> {
    for (const name of names) {
      if (await this.#isTaken(folder, name, object)) continue;
      const file = { folder, name, object: pathOf(object) };
      const others = this.#filesLike(folder, name).filter((each) => each.name !== name);
      this.files.set(keyOf(folder, name), [...others, file]);
      return file;
    }
    throw invalidInput(
      `Other objects have the file names for ${object.objectType}/${object.objectID}: enter one`,
    );
  }

  async #isTaken(folder: string, name: string, object: Named): Promise<boolean> {
    for (const file of this.#filesLike(folder, name)) {
      if (isSame(file.object, object) || !(await this.#isThere(file))) continue;
      if (file.name === name || (await this.caseless(folder))) return true;
    }
    return false;
  }

  async #isThere(file: NamedFile): Promise<boolean> {
    if (this.#inUse.has(useOf(file))) return true;
    return stat(join(file.folder, file.name)).then(
      () => true,
      () => false,
    );
  }

  async #forgetGone(): Promise<void> {
    if (this.files.size < this.#nextLook) return;
    for (const [key, files] of Array.from(this.files)) {
      const there = await Promise.all(files.map((file) => this.#isThere(file)));
      const left = files.filter((_file, index) => there[index]);
      if (left.length === 0) this.files.delete(key);
      else if (left.length < files.length) this.files.set(key, left);
    }
    this.#nextLook = Math.max(mostBeforeLook, 2 * this.files.size);
  }

  /** Those that a disk without upper and lower case would take for one. */
  #filesLike(folder: string, name: string): readonly NamedFile[] {
    return this.files.get(keyOf(folder, name)) ?? [];
  }

  #count(file: NamedFile, by: number): void {
    const use = useOf(file);
    const count = (this.#inUse.get(use) ?? 0) + by;
    if (count > 0) this.#inUse.set(use, count);
    else this.#inUse.delete(use);
  }
}

function namesFor({ orgID, objectType, objectID }: Named): string[] {
  const names = [fileNameOf(objectID), caselessFileNameOf(`${objectType}/${objectID}`)];
  return orgID === undefined ? names : [...names, caselessFileNameOf(`${orgID}/${objectType}/${objectID}`)];
}

/** A message may leave out the organization. */
function isSame(one: Named, other: Named): boolean {
  if (one.objectType !== other.objectType || one.objectID !== other.objectID) return false;
  return one.orgID === undefined || other.orgID === undefined || one.orgID === other.orgID;
}

function pathOf({ orgID, objectType, objectID }: Named): Named {
  return { ...(orgID !== undefined && { orgID }), objectType, objectID };
}

function keyOf(folder: string, name: string): string {
  return join(folder, caselessOf(name));
}

function useOf({ folder, name, object }: NamedFile): string {
  return JSON.stringify([folder, name, object.objectType, object.objectID]);
}
