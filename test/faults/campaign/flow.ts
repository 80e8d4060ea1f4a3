import type { Flows } from '../../support/embedded-node-red';
import { givenID, publishingNode } from '../../support/publishing-node';
import { asAdmin, cloudNode, edgeNode } from '../../support/service-nodes';

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

/** Everything that is published, by the side that publishes it; what begins with `kept` goes through an outbox. */
export const types = ['down', 'up', 'kept-down', 'kept-up'] as const;
export type ObjectType = (typeof types)[number];
/** By type: who receives it. */
export const receivers: Readonly<Record<ObjectType, readonly string[]>> = {
  down: ['one', 'two'],
  up: ['up'],
  'kept-down': ['kept-down'],
  'kept-up': ['kept-up'],
};
/** The two sync-service nodes, each with an outbox. */
export const outboxes = ['css', 'ess'] as const;
/** After how long an object of which the flow says nothing is handed out again, in ms. */
export const redeliverAfter = 20_000;

/**
 * The cloud publishes `down` to the edge, where two sync-in nodes receive it; the edge publishes `up`; and each side has
 * more kept in its outbox; that of the cloud is often full. Everything passes nodes of this package: what is published comes in by an
 * http in node, and is answered once sync-out is done with it.
 */
export function campaignFlow({ cloud, edge, caFile }: Addresses, name = ''): Flows {
  return {
    flows: [
      ...['edge', 'cloud'].map((id) => ({ id, type: 'tab', label: id })),
      cloudNode(cloud, { caFile, outboxEntries: '12' }),
      edgeNode(edge),
      ...receiving('one', { tab: 'edge', service: 'ess', type: 'down', fetched: true, name }),
      ...receiving('two', { tab: 'edge', service: 'ess', type: 'down', fetched: false, name }),
      ...receiving('kept-down', { tab: 'edge', service: 'ess', type: 'kept-down', fetched: true, name }),
      ...receiving('up', { tab: 'cloud', service: 'css', type: 'up', fetched: true, name }),
      ...receiving('kept-up', { tab: 'cloud', service: 'css', type: 'kept-up', fetched: true, name }),
      ...publishing('down', { tab: 'cloud', service: 'css', destination: 'all' }),
      ...publishing('up', { tab: 'edge', service: 'ess', destination: '' }),
      ...publishing('kept-down', { tab: 'cloud', service: 'css', destination: 'all' }),
      ...publishing('kept-up', { tab: 'edge', service: 'ess', destination: '' }),
      ...outboxes.flatMap((service) => [told(service, 'waiting'), told(service, 'deadLetters')].flat()),
    ],
    credentials: asAdmin,
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
  const tell = (what: Told['what'], next: string[], more = ''): Node => ({
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
    tell('handed out', [fetched ? `${id} fetch` : `${id} consume`]),
    tell('given up', []),
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
          tell(
            'fetched',
            [`${id} consume`],
            ", code: msg.outcome, data: msg.outcome === 'fetched' ? msg.payload : undefined",
          ),
        ]
      : []),
    { ...at, id: `${id} consume`, type: 'sync-consume', wires: [[`${id} consumed`]] },
    tell('consumed', [], ', code: msg.outcome'),
    {
      ...at,
      id: `${id} catch`,
      type: 'catch',
      scope: [id, `${id} fetch`, `${id} consume`],
      wires: [[`${id} failed`]],
    },
    tell('failed', [], ', code: error.code'),
  ];
}

/** What is in an outbox, to whoever asks for it by HTTP. */
function told(service: string, query: 'waiting' | 'deadLetters'): Node[] {
  const id = `${query} ${service}`;
  const at = { z: 'cloud', x: 0, y: 0 };
  return [
    { ...at, id: `get ${id}`, type: 'http in', url: `/${query}/${service}`, method: 'get', wires: [[id]] },
    { ...at, id, type: 'sync-query', service, query, wires: [[`answer ${id}`]] },
    { ...at, id: `answer ${id}`, type: 'http response', statusCode: '', wires: [] },
  ];
}

interface Publishing {
  tab: string;
  service: string;
  destination: string;
}

function publishing(type: ObjectType, { tab, service, destination }: Publishing): Node[] {
  const at = { z: tab, x: 0, y: 0 };
  const asked = `out ${type}`;
  return [
    { ...at, id: `post ${type}`, type: 'http in', url: `/${type}`, method: 'post', wires: [[asked]] },
    {
      ...{ ...at, ...publishingNode(type), ...givenID, id: asked, service, destination },
      ...(type.startsWith('kept') && { whenAway: 'keep' }),
      waitFor: type.startsWith('kept') ? 'queued' : 'published',
      ...{ data: 'payload.data', wires: [[`answer ${type}`]] },
    },
    { ...at, id: `answer ${type}`, type: 'http response', statusCode: '', wires: [] },
    { ...at, id: `failed ${type}`, type: 'catch', scope: [asked], wires: [[`refusal ${type}`]] },
    {
      ...{ ...at, id: `refusal ${type}`, type: 'function', outputs: 1, wires: [[`answer ${type}`]] },
      func: 'msg.statusCode = 500; msg.payload = String(msg.error.code); return msg;',
    },
  ];
}
