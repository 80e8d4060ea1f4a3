import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import manifest from '../../package.json';
import { definitionOf } from '../support/definition';

const root = join(__dirname, '..', '..');

interface ExampleNode {
  id: string;
  type: string;
  z?: string;
  x?: number;
  y?: number;
  wires?: string[][];
  [field: string]: unknown;
}

interface Example {
  name: string;
  nodes: ExampleNode[];
}

/** The types that Node-RED brings, and what is in a flow without being a node. */
function coreTypes(): string[] {
  const folder = join(require.resolve('@node-red/nodes/package.json'), '..', 'core');
  const dialogs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.html'),
  );
  const registrations = dialogs.flatMap((file) =>
    Array.from(readFileSync(join(folder, file), 'utf8').matchAll(/registerType\(\s*['"]([^'"]+)['"]/g)),
  );
  return ['tab', 'group', ...registrations.map(([, type]) => type ?? '')];
}

const own = new Map(Object.keys(manifest['node-red'].nodes).map((type) => [type, definitionOf(type)]));
const core = coreTypes();
const examples: Example[] = readdirSync(join(root, 'examples')).map((file) => ({
  name: basename(file, '.json'),
  nodes: JSON.parse(readFileSync(join(root, 'examples', file), 'utf8')) as ExampleNode[],
}));

function catalogueText(type: string, key: string): string {
  const file = join(root, 'nodes', type, 'locales', 'en-US', `${type}.json`);
  let found: unknown = JSON.parse(readFileSync(file, 'utf8'));
  for (const step of key.split('.')) found = (found as Record<string, unknown> | undefined)?.[step];
  return String(found ?? key);
}

/** About as wide as the editor draws it: a browser test looks at what it draws. */
function widthOf(node: ExampleNode): number {
  const translate = (key: string): string => catalogueText(node.type, key);
  const text = own.get(node.type)?.label.call({ ...node, _: translate }) ?? String(node.name || node.type);
  return Math.max(100, 20 * Math.ceil((text.length * 8 + 57) / 20));
}

const height = 30;

function overlap(one: ExampleNode, other: ExampleNode): boolean {
  if (one.z !== other.z) return false;
  const [{ x = 0, y = 0 }, { x: otherX = 0, y: otherY = 0 }] = [one, other];
  return Math.abs(x - otherX) < (widthOf(one) + widthOf(other)) / 2 && Math.abs(y - otherY) < height;
}

function duplicates(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

describe('the examples', () => {
  for (const { name, nodes } of examples) {
    describe(name, () => {
      const nodesOf = (type: string): ExampleNode[] => nodes.filter((node) => node.type === type);

      it('has nodes that everybody has, all wired within it', () => {
        const types = nodes.map(({ type }) => type);
        assert.deepEqual(
          types.filter((type) => !own.has(type) && !core.includes(type)),
          [],
        );
        const ids = nodes.map(({ id }) => id);
        const led = nodes.flatMap(({ z, g, wires = [] }) => [z, g, ...wires.flat()]);
        assert.deepEqual(
          led.filter((id) => id !== undefined && !ids.includes(id as string)),
          [],
        );
      });

      it('has every field of our nodes, as the editor exports them, and no other', () => {
        for (const node of nodes) {
          const definition = own.get(node.type);
          if (!definition) continue;
          const { id, type, z: _z, g: _g, x: _x, y: _y, wires: _wires, ...fields } = node;
          assert.deepEqual(Object.keys(fields).sort(), Object.keys(definition.defaults).sort(), id);
          const services = nodesOf('sync-service').map((service) => service.id);
          assert.ok(type === 'sync-service' || services.includes(String(node.service)), id);
        }
      });

      it('says in a comment what to do, and the rest in what it shows when it is opened', () => {
        const [comment] = nodesOf('comment');
        assert.ok(comment?.name && comment.info);
      });

      it('has no two nodes in one place', () => {
        const drawn = nodes.filter(({ type, x }) => x !== undefined && type !== 'group');
        const overlaps = drawn.flatMap((one, index) =>
          drawn
            .slice(index + 1)
            .filter((other) => overlap(one, other))
            .map(({ id }) => `${one.id} and ${id}`),
        );
        assert.deepEqual(overlaps, []);
      });

      it('has no secret', () => {
        assert.doesNotMatch(JSON.stringify(nodes), /credentials|PRIVATE KEY|"(key|secret)":/);
      });
    });
  }

  it('can be imported side by side: no ID and no received object type is in two of them', () => {
    assert.deepEqual(duplicates(examples.flatMap(({ nodes }) => nodes.map(({ id }) => id))), []);
    const received = examples.map(({ nodes }) =>
      nodes.filter(({ type }) => type === 'sync-in').map(({ objectTypes }) => String(objectTypes)),
    );
    assert.deepEqual(duplicates(received.flatMap((types) => Array.from(new Set(types)))), []);
  });

  it('are listed in docs/examples.md, each once', () => {
    const lines = readFileSync(join(root, 'docs', 'examples.md'), 'utf8').split('\n');
    const listed = lines.flatMap((line) => /^\| \[(.+?)\]\((.+?)\)/.exec(line)?.slice(1, 3) ?? []);
    const expected = examples.flatMap(({ name }) => [name, `../examples/${encodeURIComponent(name)}.json`]);
    assert.deepEqual(listed.sort(), expected.sort());
  });
});
