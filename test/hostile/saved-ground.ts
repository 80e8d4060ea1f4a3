import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node } from 'node-red';
import helper from 'node-red-node-test-helper';
import { sharedLocalService } from '../../nodes/sync-service/local';
import { give, nodes, receivingFlow, sendingFlow, services, wholeFlow } from '../support/flow';
import { until } from '../support/until';
import { HostileService } from './hostile-service';
import { type MessageEnd, MessageEnds } from './message-ends';
import type { HostileNode } from './saved-nodes';

/** In ms: nothing takes so long, on any machine. */
const bound = 120_000;
export const secret = 'MARKED-s3cret';
const message = { action: 'ask', payload: 'good', object: { objectType: 'hostile', objectID: 'good' } };

type Flow = Parameters<typeof helper.load>[1];
type FlowNode = (typeof services)[number];

/** What somebody logged. */
interface Logged {
  readonly id?: string;
  readonly msg: unknown;
}

/** What broken nodes did with a message each, beside a flow that is sound. */
export interface Deployed {
  readonly ends: readonly (MessageEnd & { readonly of: HostileNode })[];
  /** That there is no node, that a message never ended, or that the sound flow did not work. */
  readonly failures: readonly string[];
  /** What ended twice. */
  readonly surplus: readonly MessageEnd[];
  readonly log: readonly { readonly of: HostileNode | undefined; readonly text: string }[];
}

/** A Node-RED with a sound flow, and broken nodes beside it. */
export class SavedGround {
  private constructor(
    private readonly folder: string,
    private readonly css: HostileService,
  ) {}

  static async start(): Promise<SavedGround> {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-saved-'));
    const css = await HostileService.start('CSS');
    helper.settings({ syncServiceFolder: join(folder, 'kept') } as Parameters<typeof helper.settings>[0]);
    helper.startServer();
    return new SavedGround(folder, css);
  }

  async end(): Promise<void> {
    helper.stopServer();
    helper.settings({});
    await this.css.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Deploys all of them at once, and gives each a message; a sync-service has two nodes that use it. */
  async deploy(broken: readonly HostileNode[]): Promise<Deployed> {
    const flow = broken.map((each, index) => this.#placed(each, index));
    const takers = flow.flatMap((placed) => placed.filter(({ type }) => type !== 'sync-service'));
    const ids = takers.map(({ id }) => id);
    const failures: string[] = [];
    const ends = new MessageEnds(new Set(ids));
    const of = (id: string): HostileNode => broken[Number(id.slice(1))] as HostileNode;
    try {
      await helper.load(nodes, this.#flow(flow.flat()), this.#credentials(broken));
      let isConsumed = false;
      (helper.getNode('consumed') as unknown as Node).once('input', () => {
        isConsumed = true;
      });
      for (const id of ids) {
        if (helper.getNode(id)) give(id, { ...message });
        else failures.push(`${of(id).name}: there is no node`);
      }
      give('out', { payload: 'sound' });
      await until('all has ended', () => isConsumed && ends.open.length === 0, bound).catch(() => {
        failures.push(...ends.open.map((id) => `${of(id).name}: never ended`));
        if (!isConsumed) failures.push('the sound flow does not work');
      });
      const log = (helper.log().args as [Logged][]).map(([{ id = '', msg }]) => ({
        of: /^[nuk]\d+$/.test(id) ? of(id) : undefined,
        text: String((msg as Error | undefined)?.message ?? msg),
      }));
      return {
        ends: ends.ends.map((end) => ({ ...end, of: of(end.node) })),
        failures,
        surplus: ends.surplus,
        log,
      };
    } finally {
      await helper.unload();
      await sharedLocalService().stop();
      ends.close();
    }
  }

  #placed({ config, field, isCredential, type }: HostileNode, index: number): FlowNode[] {
    const id = `n${index}`;
    const own = { ...config, ...(isCredential && { [field]: undefined }) };
    if (type === 'sync-service') {
      const keeps = { id: `k${index}`, service: id, whenAway: 'keep', waitFor: 'queued', wires: [[]] };
      return [
        { id, type, address: this.css.address, ...own },
        { id: `u${index}`, type: 'sync-query', z: 'tab', query: 'health', service: id },
        ...sendingFlow(keeps).slice(0, 1),
      ];
    }
    const folder = type === 'sync-fetch' && { folder: this.folder, folderType: 'str' };
    return [{ id, type, z: 'tab', ...folder, ...own }];
  }

  #flow(broken: readonly FlowNode[]): Flow {
    const sound = [
      ...receivingFlow({ receive: { objectTypes: 'sound' } }),
      ...sendingFlow({ objectType: 'sound' }),
    ];
    // As from a file.
    return JSON.parse(JSON.stringify(wholeFlow(services, [...broken], sound))) as Flow;
  }

  #credentials(broken: readonly HostileNode[]): Record<string, Record<string, string>> {
    const kept = broken.map(({ config, field, isCredential, type }, index) => [
      `n${index}`,
      {
        ...(type === 'sync-service' && { key: 'admin@demo', secret }),
        ...(isCredential && { [field]: config[field] }),
      },
    ]);
    return Object.fromEntries(kept) as Record<string, Record<string, string>>;
  }
}
