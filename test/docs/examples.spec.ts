import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import manifest from '../../package.json';
import { definitionOf } from '../support/definition';

interface ExampleNode {
  id: string;
  type: string;
  z?: string;
  g?: string;
  [property: string]: unknown;
}

/** What every node of a flow has, beside the fields of its dialog. */
const ofAnyNode = new Set(['id', 'type', 'z', 'g', 'x', 'y', 'wires', 'd', 'l', 'info']);

const root = resolve(__dirname, '../..');
const folder = join(root, 'examples');
const examples = readdirSync(folder).map((file) => ({
  name: file.replace(/\.json$/, ''),
  nodes: JSON.parse(readFileSync(join(folder, file), 'utf8')) as ExampleNode[],
}));
const types = Object.keys(manifest['node-red'].nodes);
const fields = new Map(types.map((type) => [type, Object.keys(definitionOf(type).defaults)]));

describe('the examples', () => {
  it('can be imported side by side', () => {
    const ids = examples.flatMap(({ nodes }) => nodes.map(({ id }) => id));
    assert.equal(new Set(ids).size, ids.length);
  });

  it('are all in the README', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    for (const { name } of examples) assert.ok(readme.includes(`| ${name} `), name);
  });

  for (const { name, nodes } of examples) {
    it(`have each field of each node, and no other: ${name}`, () => {
      for (const node of nodes.filter(({ type }) => fields.has(type))) {
        const given = Object.keys(node).filter((key) => !ofAnyNode.has(key));
        const wanted = (fields.get(node.type) ?? []).filter((key) => !ofAnyNode.has(key));
        assert.deepEqual(given.sort(), wanted.sort(), node.id);
      }
    });

    it(`say in a comment what to do, and wire only what is there: ${name}`, () => {
      assert.ok(nodes.some(({ type, info }) => type === 'comment' && info));
      const ids = new Set(nodes.map(({ id }) => id));
      for (const { id, z, g, service, wires } of nodes) {
        const named = [z, g, service, ...((wires as string[][] | undefined) ?? []).flat()];
        for (const other of named) assert.ok(!other || ids.has(String(other)), `${id} names ${other}`);
      }
    });
  }
});
