import { join } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import { type Journal, type LeftOutUpdate, openJournal } from '../../src/client';
import { inMemory } from '../../src/storage/journal';
import { textOf } from '../common/failure';
import type { OpenedClient } from './connection';
import { folderOf } from './folder';
import type { ClientMemory } from './open';

/** A journal in use, and how to let go of it. */
export interface UsedJournal {
  journal: Journal;
  release(): Promise<void>;
}

/**
 * The journals of this Node-RED: one for each sync-service (what its sync-in nodes have in hand, and what flows asked to
 * acknowledge), and one of the files that sync-fetch nodes named. On the disk, or, where there is none to write to, in
 * memory: then they outlive deploys alone.
 */
export class Journals {
  readonly #inMemory = new Map<string, Journal>();
  readonly #warned = new Set<string>();

  /** @param open opens the journal of a folder. */
  constructor(private readonly open: (folder: string) => Promise<Journal> = openJournal) {}

  /**
   * @param folder of all journals; undefined for none on the disk.
   * @param name its own folder in there.
   * @param onForgetful told once why that folder cannot be used.
   */
  async use(
    folder: string | undefined,
    name: string,
    onForgetful: (error: unknown) => void,
  ): Promise<UsedJournal> {
    if (folder !== undefined) {
      const path = join(folder, name);
      try {
        const journal = await this.open(path);
        return { journal, release: () => journal.close() };
      } catch (error) {
        if (!this.#warned.has(path)) onForgetful(error);
        this.#warned.add(path);
      }
    }
    const journal = this.#inMemory.get(name) ?? inMemory();
    this.#inMemory.set(name, journal);
    return { journal, release: () => Promise.resolve() };
  }
}

/** Those that all nodes of this process share. */
export const sharedJournals = new Journals();

/** Opens a client with the journal of its sync-service, which is let go of after it. */
export async function withJournal(
  RED: NodeAPI,
  node: Node,
  open: (memory: ClientMemory) => Promise<OpenedClient>,
): Promise<OpenedClient> {
  const warn = (message: string): void => node.warn(message);
  const onForgetful = (error: unknown): void => warn(forgetful(error));
  const name = join(node.id, 'receiving');
  const { journal, release } = await sharedJournals.use(folderOf(RED.settings), name, onForgetful);
  try {
    const opened = await open({ journal, onForgetful, onLeftOut: (entry) => warn(leftOut(entry)) });
    return {
      client: opened.client,
      async release() {
        await opened.release();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

function forgetful(error: unknown): string {
  return `Attempts and acknowledgements are kept in memory alone, so that a restart forgets them: ${textOf(error)}`;
}

function leftOut({ objectType, reason, start }: LeftOutUpdate): string {
  return `An update of ${objectType} cannot be used, since it is ${reason}; the others go on. It begins with: ${start.slice(0, 200)}`;
}
