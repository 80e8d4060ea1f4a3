import type { Case } from '../case';
import { type Place, serviceNode } from '../place';

const [objects, warm] = [100, 30];

/** sync-in without polls of its own, whose objects are consumed. The address it is called under comes by environment. */
function flowOf(edge: Place, objectType: string): object[] {
  const place = { z: 'flow', x: 0, y: 0 };
  const service = 'ess';
  const calling = (id: string, next: string[]): object => ({
    id,
    type: 'function',
    func: `global.get('${id}')(); return msg;`,
    outputs: 1,
    wires: [next],
    ...place,
  });
  return [
    { id: 'flow', type: 'tab', label: 'webhook' },
    serviceNode(service, edge),
    {
      id: 'in',
      type: 'sync-in',
      service,
      objectTypes: objectType,
      trigger: 'webhook',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's
      baseURL: '${BASE_URL}',
      interval: '3600',
      wires: [['arrived'], [], []],
      ...place,
    },
    calling('arrived', ['consume']),
    { id: 'consume', type: 'sync-consume', service, wires: [['consumed']], ...place },
    calling('consumed', []),
  ];
}

/** Needs `npm run build`. */
export const webhook: Case = {
  name: 'webhook',
  about:
    'ms from when a bare listener has the call of the service to the message out of sync-in, in Node-RED, beside a bare list',
  contenders: [
    { name: 'list by undici', program: 'webhook-bare' },
    { name: 'ours', program: 'webhook' },
  ],
  limits: { 'figure ms from call': 2 },
  rounds: 3,
  prepare: async (stage, share) => {
    const objectType = stage.name('bench');
    const edge = await stage.edge();
    return {
      cloud: await stage.cloud(),
      edge,
      destination: stage.edgeNode,
      flows: flowOf(edge, objectType),
      objectType,
      objects: Math.round(objects * share),
      warm: Math.round(warm * share),
    };
  },
};
