import { join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import { textOf } from '../common/failure';
import { folderOf } from '../sync-service/folder';
import { sharedJournals, type UsedJournal } from '../sync-service/journals';
import { FileNames, type Named, type NamedFile } from './file-names';

/** What the names of one process stand on, as long as a node uses them. */
interface Opened extends UsedJournal {
  names: FileNames;
}

let users = 0;
let opened: Promise<Opened> | undefined;
let released: Promise<unknown> = Promise.resolve();

/** The file names that all sync-fetch nodes of this Node-RED share, for one of them; kept as what sync-in nodes have in hand is. */
export class SharedNames {
  #uses = false;

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
  ) {}

  /** Has `work` write the file of an object to a path in that folder. */
  async use<T>(folder: string, object: Named, work: (path: string) => Promise<T>): Promise<T> {
    if (!this.#uses) users += 1;
    this.#uses = true;
    opened ??= this.#open();
    const { journal, names } = await opened;
    return names.use(folder, object, async (name) => {
      await journal.written().catch(this.#warn);
      return work(join(folder, name));
    });
  }

  /** Closes them, with the last node that used them. */
  release(): void {
    if (!this.#uses) return;
    this.#uses = false;
    users -= 1;
    if (users > 0 || !opened) return;
    const closing = opened;
    opened = undefined;
    released = closing.then(({ release }) => release()).catch(this.#warn);
  }

  async #open(): Promise<Opened> {
    await released;
    const used = await sharedJournals.use(folderOf(this.RED.settings), 'files', this.#warn);
    return { ...used, names: new FileNames(used.journal.map<NamedFile[]>('files')) };
  }

  readonly #warn = (error: unknown): void => {
    const message = `Which object a file name stands for is kept in memory alone, so that a restart forgets it: ${textOf(error)}`;
    this.node.warn(message);
  };
}
