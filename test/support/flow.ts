import { type EventEmitter, once } from 'node:events';
import type { Node, NodeAPI, NodeMessageInFlow, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import syncAdmin from '../../nodes/sync-admin/sync-admin';
import syncConsume from '../../nodes/sync-consume/sync-consume';
import syncFetch from '../../nodes/sync-fetch/sync-fetch';
import syncIn from '../../nodes/sync-in/sync-in';
import syncOut from '../../nodes/sync-out/sync-out';
import syncQuery from '../../nodes/sync-query/sync-query';
import { sharedLocalService } from '../../nodes/sync-service/local';
import syncService from '../../nodes/sync-service/sync-service';
import { letClientsGo } from './clients';
import { translate } from './texts';

helper.init(require.resolve('node-red'));

/** Gives a suite a Node-RED. What a test leaves in it goes: its flows, its settings, their local service. */
export function withNodeRed(): void {
  before(() => helper.startServer());
  after(() => helper.stopServer());
  afterEach(async () => {
    letClientsGo();
    await helper.unload();
    helper.settings({});
    await sharedLocalService().stop();
  });
}

/** The test helper translates nothing: statuses would be the keys of their texts. */
function translated(node: (RED: NodeAPI) => void): (RED: NodeAPI) => void {
  return (RED) => node(Object.create(RED, { _: { value: translate } }) as NodeAPI);
}

export const nodes = [syncService, syncIn, syncFetch, syncConsume, syncOut, syncQuery, syncAdmin].map(
  translated,
);

const { events } = require('node-red') as { events: EventEmitter };

interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

type TestFlows = Parameters<typeof helper.load>[1];

const tab = { id: 'tab', type: 'tab', label: 'test' };
const local = {
  type: 'sync-service',
  connection: 'local',
  organization: 'demo',
  edgeType: 'gateway',
  edgeID: 'edge1',
};

/** The two sides of the local service, as config nodes. */
export const services: FlowNode[] = [
  { ...local, id: 'css', side: 'cloud' },
  { ...local, id: 'ess', side: 'edge' },
];

const syncIns = {
  service: 'ess',
  objectTypes: 'rules',
  interval: '0.02',
  window: '32',
  redeliverAfter: '60',
};

/** sync-in, sync-fetch and sync-consume in a row, with a place to listen behind each. */
export function receivingFlow(fields: { fetch?: object; receive?: object } = {}): FlowNode[] {
  return [
    {
      id: 'in',
      type: 'sync-in',
      z: 'tab',
      ...syncIns,
      wires: [['fetch'], ['consume', 'deleted']],
      ...fields.receive,
    },
    { id: 'deleted', type: 'helper', z: 'tab' },
    {
      id: 'fetch',
      type: 'sync-fetch',
      z: 'tab',
      service: 'ess',
      output: 'buffer',
      wires: [['fetched', 'consume']],
      ...fields.fetch,
    },
    { id: 'fetched', type: 'helper', z: 'tab' },
    { id: 'consume', type: 'sync-consume', z: 'tab', service: 'ess', wires: [['consumed']] },
    { id: 'consumed', type: 'helper', z: 'tab' },
  ];
}

/** A sync-out with a place to listen behind it. */
export function sendingFlow(fields: object = {}): FlowNode[] {
  const typed = { objectTypeType: 'str', objectIDType: 'str', dataType: 'msg' };
  const out = {
    action: 'publish',
    objectType: 'rules',
    objectID: 'r1',
    data: 'payload',
    destination: 'all',
    ...typed,
  };
  return [
    { id: 'out', type: 'sync-out', z: 'tab', service: 'css', ...out, wires: [['sent']], ...fields },
    { id: 'sent', type: 'helper', z: 'tab' },
    { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['caught']] },
    { id: 'caught', type: 'helper', z: 'tab' },
  ];
}

/** Places to listen, beside or instead of those of the other flows. */
export function flowOf(...ids: string[]): FlowNode[] {
  return ids.map((id) => ({ id, type: 'helper', z: 'tab' }));
}

/** Puts the nodes on a tab: what has no place there would count as a config node. */
export function wholeFlow(...parts: FlowNode[][]): TestFlows {
  const placed = parts.flat().map((node) => (node.z ? { x: 0, y: 0, wires: [], ...node } : node));
  return [tab, ...placed] as TestFlows;
}

/** Runs a flow in a Node-RED runtime. */
export async function run(...parts: FlowNode[][]): Promise<void> {
  await helper.load(nodes, wholeFlow(...parts));
}

/** Deploys another flow in it, as the editor does. */
export async function deploy(flows: TestFlows, mode: 'full' | 'flows' | 'nodes'): Promise<void> {
  const started = once(events, 'flows:started');
  const deployed = helper.setFlows(flows, mode).catch((error: Error) => {
    // The helper waits for 300 ms, which a busy machine needs to look at the disk before it starts flows.
    if (error.message !== 'timeout waiting event') throw error;
  });
  await Promise.all([deployed, started]);
}

/** The next message that reaches a node. */
export function next(id: string): Promise<NodeMessageInFlow & Record<string, unknown>> {
  return new Promise((resolve) => {
    (helper.getNode(id) as unknown as Node).once('input', resolve);
  });
}

export function give(id: string, message: object): void {
  (helper.getNode(id) as unknown as Node).receive(message as NodeMessageInFlow);
}

/** The statuses that a node shows from now on. */
export function statusesOf(id: string): NodeStatus[] {
  const shown: NodeStatus[] = [];
  const node = helper.getNode(id) as unknown as Node;
  const status = node.status.bind(node);
  node.status = (value) => {
    shown.push(value as NodeStatus);
    status(value);
  };
  return shown;
}
