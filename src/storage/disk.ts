/**
 * How a file is opened: to `read` it, or to `change` it, where it must be there; to `create` it, where it must not be
 * there; or whether it is there or not, to `keep` or to `replace` what it held.
 */
export type Opening = 'read' | 'change' | 'create' | 'keep' | 'replace';

export interface DiskEntry {
  readonly isFolder: boolean;
  /** In bytes. */
  readonly size: number;
  /** Who may read and write it, as in `0o600`. */
  readonly mode: number;
  /** When its bytes, or the names in it, were changed last: in ms since 1970. */
  readonly modified: number;
}

/**
 * The disk. What was written is there for everybody at once and outlives the process; only what was synced outlives a
 * power cut: the bytes of a file by a sync of the file, its name (made, renamed, removed) by a sync of its folder.
 * Errors are those of Node.js, with `code` and `path`.
 */
export interface Disk {
  /** @param mode of a file that is made; 0600 unless given. */
  open(path: string, how: Opening, mode?: number): Promise<DiskFile>;
  /** Makes a folder, with those above it that are missing; their names are synced. @param mode 0700, for nobody else, unless given. */
  makeFolder(path: string, mode?: number): Promise<void>;
  /** Syncs the names in a folder, where the platform can. */
  syncFolder(path: string): Promise<void>;
  /** Takes the place of a file, or of an empty folder, that has the name already. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; that there is none is no error. */
  remove(path: string): Promise<void>;
  /** Removes a folder that must be empty. */
  removeFolder(path: string): Promise<void>;
  list(path: string): Promise<string[]>;
  /** undefined where nothing has the name. */
  stat(path: string): Promise<DiskEntry | undefined>;
}

export interface DiskFile {
  /** Fills `into` with what stands from `position` on. @returns how many bytes: fewer only at the end of the file. */
  read(into: Buffer, position: number): Promise<number>;
  /** Writes all of it. Where that fails, part of it may be there. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  size(): Promise<number>;
  truncate(size: number): Promise<void>;
  setMode(mode: number): Promise<void>;
  /** Bytes and whatever is known about the file. */
  sync(): Promise<void>;
  /** Bytes and what is needed to read them. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}
