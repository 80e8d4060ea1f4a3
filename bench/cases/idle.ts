import { edgeNode } from '../../test/support/service-nodes';
import type { Case } from '../case';
import type { Stage } from '../stage';

const nodes = 20;
const seconds = 20;

/** A flow of sync-in nodes that have nothing to do. */
export async function idleFlow(
  stage: Stage,
  nodes: number,
  typeOf: (index: number) => string,
): Promise<object[]> {
  const service = edgeNode((await stage.canned()).address);
  const receiving = Array.from({ length: nodes }, (_, index) => ({
    id: `in${index}`,
    type: 'sync-in',
    z: 'flow',
    service: 'ess',
    objectTypes: typeOf(index),
    trigger: 'poll',
    interval: '5',
    wires: [[], [], []],
  }));
  return [{ id: 'flow', type: 'tab', label: 'idle' }, service, ...receiving];
}

function idling(name: string, about: string, most: number, typeOf: (index: number) => string): Case {
  return {
    name,
    about: `${nodes} sync-in nodes of ${about} that have nothing to do: ms of CPU a second above Node-RED alone`,
    contenders: [
      {
        name: 'Node-RED',
        program: 'node-red',
        task: { flows: [{ id: 'flow', type: 'tab', label: 'idle' }] },
      },
      { name: 'ours', program: 'node-red' },
    ],
    limits: { added: most },
    prepare: async (stage) => ({ flows: await idleFlow(stage, nodes, typeOf), seconds }),
  };
}

/** Both need `npm run build`. */
export const idle = idling('idle', `${nodes} types`, 3, (index) => `live-0-${index}`);
export const idleOneType = idling('idle-one-type', 'one type', 1, () => 'live-0');
