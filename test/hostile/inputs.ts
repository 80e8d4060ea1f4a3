import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, NodeMessageInFlow } from 'node-red';
import helper from 'node-red-node-test-helper';
import { sharedLocalService } from '../../nodes/sync-service/local';
import { run, services } from '../support/flow';
import { type HostileField, hostileFields } from './fields';
import type { End } from './sentence';
import { hostileValues } from './values';

interface Completed {
  readonly msg: object;
  readonly error?: { readonly code?: unknown; readonly message?: unknown };
  readonly node: { readonly id: string };
}

interface Hooks {
  add(name: string, hook: (event: Completed) => void): void;
  remove(name: string): void;
}

const { hooks } = require('@node-red/util') as { hooks: Hooks };
const hook = 'onComplete.hostile';

/** In ms: no message takes so long to end. */
const bound = 60_000;

export interface Input {
  readonly field: HostileField;
  /** The name of the value. */
  readonly value: string;
}

/** Folders of the machine itself: what is fetched must not be written there. */
const foldersOfOthers = new Set(['dot', 'two dots', 'slash', 'a folder', 'byte order mark']);

/** Each value in each field. */
export const inputs: readonly Input[] = hostileFields.flatMap((field) =>
  Object.keys(hostileValues)
    .filter((value) => !(field.name.endsWith(': folder') && foldersOfOthers.has(value)))
    .map((value) => ({ field, value })),
);

/** The nodes with hostile fields in one flow of a Node-RED, on the local service. */
export class HostileGround {
  /** By message: who waits for its end. */
  readonly #waiting = new Map<object, (end: End) => void>();
  /** Messages that ended twice, or that nobody gave. */
  readonly surplus: string[] = [];
  readonly #ids = new Map(hostileFields.map((field, index) => [`n${index}`, field]));
  #folder = '';

  async begin(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'edge-sync-hostile-'));
    const folder = { folder: this.#folder, folderType: 'str' };
    const nodes = Array.from(this.#ids, ([id, { config, type }]) => ({
      ...{ id, type, z: 'tab', ...(type === 'sync-fetch' && folder), ...config },
      // Two: Node-RED copies what it gives to the second.
      wires: Array.from({ length: type === 'sync-in' ? 3 : 1 }, () => ['one', 'other']),
    }));
    const ids = nodes.map(({ id }) => id);
    await run(
      services,
      nodes,
      ['one', 'other'].map((id) => ({ id, type: 'helper', z: 'tab' })),
      [{ id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['one']] }],
      [{ id: 'complete', type: 'complete', z: 'tab', scope: ids, wires: [['one']] }],
    );
    hooks.add(hook, ({ error, msg, node }) => {
      const ended = this.#waiting.get(msg);
      this.#waiting.delete(msg);
      if (ended) ended(error ? { code: error.code, text: error.message } : {});
      else if (this.#ids.has(node.id)) this.surplus.push(`${node.id}: ${String(error?.message)}`);
    });
  }

  async end(): Promise<void> {
    hooks.remove(hook);
    await helper.unload();
    await sharedLocalService().stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Begins anew. */
  async renew(): Promise<void> {
    await this.end();
    await this.begin();
  }

  /** Gives a node a message. @returns how that ended. */
  async give(field: HostileField, hostile: unknown): Promise<End> {
    const good = { payload: 'good', object: { objectType: 'hostile', objectID: 'good' } };
    const message = { ...good, ...field.message, [field.property]: hostile };
    const ended = new Promise<End>((resolve) => this.#waiting.set(message, resolve));
    const node = helper.getNode(`n${hostileFields.indexOf(field)}`) as unknown as Node;
    node.receive(message as unknown as NodeMessageInFlow);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${field.name} never ended`)), bound);
    });
    return Promise.race([ended, late]).finally(() => clearTimeout(timer));
  }
}
