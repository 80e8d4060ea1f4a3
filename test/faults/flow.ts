import type { Flows } from '../support/embedded-node-red';
import { ownID, publishingNode } from '../support/publishing-node';
import type { SeededRandom } from '../support/random';
import { asAdmin, cloudNode, edgeNode } from '../support/service-nodes';

type Node = Flows['flows'][number];

export interface Addresses {
  cloud: string;
  edge: string;
  /** Of Node-RED's HTTP nodes. */
  hooks: string;
}

/** Often back to the whole, so that objects travel meanwhile. */
const kinds = [
  'rename',
  'rename',
  'rename',
  'trigger',
  'rewire',
  'disable',
  'remove',
  'tab',
  'restore',
  'restore',
  'restore',
] as const;

/**
 * A flow with every kind of traffic, and changes to it as somebody makes them who works on it: both sides receive by
 * polls and webhooks, two nodes share a type, and both sides publish.
 */
export class ChangingFlow {
  readonly #whole: Node[];
  readonly #credentials: NonNullable<Flows['credentials']>;
  /** By ID: what was changed. */
  readonly #changes = new Map<string, Record<string, unknown>>();
  readonly #removed = new Set<string>();
  #names = 0;

  constructor(addresses: Addresses) {
    const services = [cloudNode(addresses.cloud), edgeNode(addresses.edge)];
    this.#whole = [...tabs, ...services, ...edgeNodes(addresses), ...cloudNodes(addresses)];
    const hooks = { in: { hookPath: 'a'.repeat(48) }, up: { hookPath: 'b'.repeat(48) } };
    this.#credentials = { ...asAdmin, ...hooks };
  }

  /** As it is now. */
  get flows(): Flows {
    const there = this.#whole.filter(({ id, z }) => !this.#removed.has(id) && !this.#removed.has(String(z)));
    const flows = there.map((node) => ({ ...node, ...this.#changes.get(node.id) }));
    return { flows, credentials: this.#credentials };
  }

  /** Without any of our nodes. */
  get nothing(): Flows {
    return { flows: tabs, credentials: {} };
  }

  /** Takes back every change. */
  restore(): void {
    this.#changes.clear();
    this.#removed.clear();
  }

  /** Changes something. @returns what, in words. */
  change(random: SeededRandom): string {
    const ours = this.#whole.filter(({ type }) => type.startsWith('sync-'));
    const { id } = ours[random.below(ours.length)] as Node;
    const what = random.pick(kinds);
    const change = (fields: Record<string, unknown>): void => {
      this.#changes.set(id, { ...this.#changes.get(id), ...fields });
    };
    if (what === 'rename') change({ name: `name ${++this.#names}` });
    if (what === 'disable') change({ d: true });
    if (what === 'remove') this.#removed.add(id);
    if (what === 'rewire') this.#changes.set('in', { wires: [['fetch'], random.pick([[], ['consume']])] });
    if (what === 'trigger') this.#changes.set('in', { trigger: random.pick(['poll', 'webhook']) });
    if (what === 'tab') this.#removed.add(random.pick(['edge', 'cloud']));
    if (what === 'restore') this.restore();
    return `${what} ${id}`;
  }
}

const tabs: Node[] = ['edge', 'cloud'].map((id) => ({ id, type: 'tab', label: id }));

const syncIn = { type: 'sync-in', interval: '0.5', window: '8', redeliverAfter: '3', maxAttempts: '1000' };

function edgeNodes({ hooks: baseURL }: Addresses): Node[] {
  const at = { z: 'edge', x: 0, y: 0, service: 'ess' };
  const hooked = { trigger: 'webhook', baseURL };
  return [
    { ...at, ...syncIn, ...hooked, id: 'in', objectTypes: 'readings', wires: [['fetch'], ['consume']] },
    { ...at, id: 'fetch', type: 'sync-fetch', output: 'buffer', wires: [['consume']] },
    { ...at, id: 'consume', type: 'sync-consume', wires: [[]] },
    { ...at, ...syncIn, id: 'in2', objectTypes: 'readings orders', wires: [['consume2'], ['consume2']] },
    { ...at, id: 'consume2', type: 'sync-consume', wires: [[]] },
    { ...at, ...every('0.4'), id: 'tick', wires: [['out']] },
    { ...at, ...publishingNode('up'), ...ownID, id: 'out', whenAway: 'keep', waitFor: 'queued', wires: [[]] },
    { ...at, id: 'catch', type: 'catch', scope: null, wires: [[]] },
  ];
}

function cloudNodes({ hooks: baseURL }: Addresses): Node[] {
  const at = { z: 'cloud', x: 0, y: 0, service: 'css' };
  const hooked = { trigger: 'webhook', baseURL, acknowledge: 'delivery' };
  const waiting = { destination: 'all', waitFor: 'consumed', timeout: '5' };
  return [
    { ...at, ...every('0.3'), id: 'tick2', wires: [['out2']] },
    { ...at, ...publishingNode('readings'), ...ownID, ...waiting, id: 'out2', wires: [[]] },
    { ...at, ...syncIn, ...hooked, id: 'up', objectTypes: 'up', wires: [[], []] },
    { ...at, id: 'catch2', type: 'catch', scope: null, wires: [[]] },
  ];
}

function every(seconds: string): { type: string; [property: string]: unknown } {
  return { type: 'inject', props: [{ p: 'payload' }], repeat: seconds, payload: '', payloadType: 'date' };
}
