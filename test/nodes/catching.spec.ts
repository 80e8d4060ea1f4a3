import assert from 'node:assert/strict';
import type { Node, NodeAPI } from 'node-red';
import { catchNodesFor, type SavedNode } from '../../nodes/common/catching';

const inner = { id: 'inner', type: 'group', z: 'tab', g: 'outer' };
const outer = { id: 'outer', type: 'group', z: 'tab' };
const other = { id: 'other', type: 'group', z: 'tab' };

describe('the Catch nodes that hear of a node', () => {
  const here = { id: 'node', type: 'sync-in', z: 'tab' };
  const found = (node: SavedNode, ...others: SavedNode[]): string[] => {
    const saved = [node, inner, outer, other, ...others];
    const nodes = {
      eachNode: (visit: (each: SavedNode) => void) => saved.forEach((each) => void visit(each)),
    };
    return catchNodesFor({ nodes } as unknown as NodeAPI, node as unknown as Node).map(({ id }) => id);
  };
  const all: [what: string, fields: object, node: SavedNode, hears: boolean][] = [
    ['one for all nodes', { scope: null }, here, true],
    ['one that names it', { scope: ['node'] }, here, true],
    ['one that names others', { scope: ['another'] }, here, false],
    ['one that is disabled', { scope: null, d: true }, here, false],
    ['one of another tab', { scope: null, z: 'second' }, here, false],
    ['one for its group', { scope: 'group', g: 'inner' }, { ...here, g: 'inner' }, true],
    ['one for a group around its group', { scope: 'group', g: 'outer' }, { ...here, g: 'inner' }, true],
    ['one for another group', { scope: 'group', g: 'other' }, { ...here, g: 'inner' }, false],
    ['one for a group, of a node in none', { scope: 'group', g: 'other' }, here, false],
    ['one for all, in another group', { scope: null, g: 'other' }, { ...here, g: 'inner' }, true],
  ];
  for (const [what, fields, node, hears] of all) {
    it(`${hears ? 'are' : 'are not'} ${what}`, () => {
      const each = { id: 'catch', type: 'catch', z: 'tab', ...fields };
      assert.deepEqual(found(node, each), hears ? ['catch'] : []);
    });
  }

  it('are those around the instances of its subflow, too', () => {
    const instance = { id: 'instance', type: 'subflow:sub', z: 'tab' };
    const around = { id: 'catch', type: 'catch', z: 'tab', scope: null };
    assert.deepEqual(found({ ...here, z: 'sub' }, instance, around), ['catch']);
  });
});
