import type { Flows } from '../../support/embedded-node-red';

type Node = Flows['flows'][number];

export interface Addresses {
  cloud: string;
  edge: string;
  /** Path of the certificate that the cloud's wire shows. */
  caFile: string;
}

/** What the nodes tell the campaign, by a function node. */
export interface Told {
  what: 'handed out' | 'fetched' | 'consumed' | 'given up' | 'failed';
  receiver: string;
  /** Empty where a node fails without an object. */
  objectID: string;
  instanceID: string;
  data?: string;
  code?: string;
}

export const edgeReceivers = ['one', 'two'] as const;
export const cloudReceiver = 'up';
/** After how long an object of which the flow says nothing is handed out again, in ms. */
export const redeliverAfter = 20_000;

/**
 * The cloud publishes `down` to the edge, where two sync-in nodes receive it; the edge publishes `up`. Everything passes
 * nodes of this package: what is published comes in by an http in node, and is answered once sync-out is done with it.
 */
export function campaignFlow({ cloud, edge, caFile }: Addresses, name = ''): Flows {
  const address = { type: 'sync-service', connection: 'address' };
  const key = { key: 'admin@demo', secret: 'x' };
  return {
    flows: [
      ...['edge', 'cloud'].map((id) => ({ id, type: 'tab', label: id })),
      { ...address, id: 'css', side: 'cloud', organization: 'demo', address: cloud, caFile },
      { ...address, id: 'ess', side: 'edge', address: edge },
      ...receiving('one', { tab: 'edge', service: 'ess', type: 'down', fetched: true, name }),
      ...receiving('two', { tab: 'edge', service: 'ess', type: 'down', fetched: false, name }),
      ...receiving(cloudReceiver, { tab: 'cloud', service: 'css', type: 'up', fetched: true, name }),
      ...publishing('down', { tab: 'cloud', service: 'css', destination: 'all' }),
      ...publishing('up', { tab: 'edge', service: 'ess', destination: '' }),
    ],
    credentials: { css: key, ess: key },
  };
}

interface Receiving {
  tab: string;
  service: string;
  type: string;
  fetched: boolean;
  name: string;
}

function receiving(id: string, { tab, service, type, fetched, name }: Receiving): Node[] {
  const at = { z: tab, x: 0, y: 0, service };
  const told = (what: Told['what'], next: string[], more = ''): Node => ({
    ...{ id: `${id} ${what}`, type: 'function', z: tab, x: 0, y: 0, outputs: 1, wires: [next] },
    func: `const { objectID = '', instanceID = '' } = msg.object ?? {};
const error = msg.error ?? {};
global.get('tell')({ what: '${what}', receiver: '${id}', objectID, instanceID${more} });
return msg;`,
  });
  return [
    {
      ...{
        ...at,
        id,
        name,
        type: 'sync-in',
        objectTypes: type,
        wires: [[`${id} handed out`], [], [`${id} given up`]],
      },
      ...{ interval: '0.5', window: '16', redeliverAfter: String(redeliverAfter / 1_000), maxAttempts: '40' },
    },
    told('handed out', [fetched ? `${id} fetch` : `${id} consume`]),
    told('given up', []),
    ...(fetched
      ? [
          {
            ...at,
            id: `${id} fetch`,
            type: 'sync-fetch',
            output: 'text',
            encoding: 'utf8',
            wires: [[`${id} fetched`]],
          },
          told(
            'fetched',
            [`${id} consume`],
            ", code: msg.outcome, data: msg.outcome === 'fetched' ? msg.payload : undefined",
          ),
        ]
      : []),
    { ...at, id: `${id} consume`, type: 'sync-consume', wires: [[`${id} consumed`]] },
    told('consumed', [], ', code: msg.outcome'),
    {
      ...at,
      id: `${id} catch`,
      type: 'catch',
      scope: [id, `${id} fetch`, `${id} consume`],
      wires: [[`${id} failed`]],
    },
    told('failed', [], ', code: error.code'),
  ];
}

interface Publishing {
  tab: string;
  service: string;
  destination: string;
}

function publishing(type: string, { tab, service, destination }: Publishing): Node[] {
  const at = { z: tab, x: 0, y: 0 };
  const asked = `out ${type}`;
  return [
    { ...at, id: `post ${type}`, type: 'http in', url: `/${type}`, method: 'post', wires: [[asked]] },
    {
      ...{
        ...at,
        id: asked,
        type: 'sync-out',
        service,
        action: 'publish',
        destination,
        waitFor: 'published',
      },
      ...{ objectType: type, objectTypeType: 'str', objectID: 'payload.id', objectIDType: 'msg' },
      ...{ source: 'value', data: 'payload.data', dataType: 'msg', wires: [[`answer ${type}`]] },
    },
    { ...at, id: `answer ${type}`, type: 'http response', statusCode: '', wires: [] },
    { ...at, id: `failed ${type}`, type: 'catch', scope: [asked], wires: [[`refusal ${type}`]] },
    {
      ...{ ...at, id: `refusal ${type}`, type: 'function', outputs: 1, wires: [[`answer ${type}`]] },
      func: 'msg.statusCode = 500; msg.payload = String(msg.error.code); return msg;',
    },
  ];
}
