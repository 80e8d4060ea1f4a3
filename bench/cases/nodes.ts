import type { Case } from '../case';
import { type Place, serviceNode } from '../place';

const [objects, bytes] = [2_000, 1_024];

const tab = { id: 'flow', type: 'tab', label: 'receiving' };
const place = { z: 'flow', x: 0, y: 0 };
/** Where each object ends. */
const end = {
  id: 'end',
  type: 'function',
  func: "global.get('arrived')();",
  outputs: 0,
  wires: [],
  ...place,
};

/** sync-in, sync-fetch and sync-consume, as they come out of the palette. */
function ours(edge: Place, objectType: string): object[] {
  const service = 'ess';
  return [
    tab,
    serviceNode(service, edge),
    {
      id: 'in',
      type: 'sync-in',
      service,
      objectTypes: objectType,
      trigger: 'poll',
      interval: '5',
      wires: [['fetch'], [], []],
      ...place,
    },
    { id: 'fetch', type: 'sync-fetch', service, output: 'buffer', wires: [['consume']], ...place },
    { id: 'consume', type: 'sync-consume', service, wires: [['end']], ...place },
    end,
  ];
}

/** The same three requests by the core's nodes, which check nothing and keep nothing. */
function httpRequests({ address, key, secret }: Place, objectType: string): object[] {
  const path = `${address}/api/v1/objects/${objectType}`;
  const credentials = { user: key, password: secret };
  const request = { type: 'http request', persist: false, senderr: false, authType: 'basic', ...place };
  return [
    tab,
    { id: 'go', type: 'inject', once: true, onceDelay: 0, props: [], wires: [['list']], ...place },
    { id: 'list', method: 'GET', ret: 'obj', url: path, wires: [['each']], ...request, credentials },
    {
      id: 'each',
      type: 'function',
      func: `return [msg.payload.map(({ objectID }) => ({ objectID, url: '${path}/' + objectID + '/data' }))];`,
      outputs: 1,
      wires: [['data']],
      ...place,
    },
    { id: 'data', method: 'GET', ret: 'bin', url: '', wires: [['name']], ...request, credentials },
    {
      id: 'name',
      type: 'function',
      func: `return { url: '${path}/' + msg.objectID + '/consumed' };`,
      outputs: 1,
      wires: [['consumed']],
      ...place,
    },
    { id: 'consumed', method: 'PUT', ret: 'txt', url: '', wires: [['end']], ...request, credentials },
    end,
  ];
}

/** Needs `npm run build`. */
export const nodes: Case = {
  name: 'nodes',
  about: `${objects} objects of 1 KiB in Node-RED, against http request nodes that check nothing`,
  contenders: [
    { name: 'http request', program: 'node-red-receive', task: { flow: 'httpRequests' } },
    { name: 'ours', program: 'node-red-receive', task: { flow: 'ours' } },
  ],
  limits: { time: 0.6, cpu: 0.5 },
  prepare: async (stage, share) => {
    const count = Math.round(objects * share);
    const flowsOf = async (): Promise<Record<string, object[]>> => {
      const { edge, objectType } = await stage.waiting(count, bytes);
      return { ours: ours(edge, objectType), httpRequests: httpRequests(edge, objectType) };
    };
    return { objects: count, warming: await flowsOf(), flows: await flowsOf() };
  },
};
