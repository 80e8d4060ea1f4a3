import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import saved from '../fixtures/flows-0.1.0.json';
import { definitionOf } from '../support/definition';
import { flowOf, give, next, nodes, withNodeRed } from '../support/flow';

interface SavedNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

const flows = saved as SavedNode[];
const ours = flows.filter(({ type }) => type.startsWith('sync-'));
const placed = new Set(['id', 'type', 'z', 'x', 'y', 'wires']);

function propertiesOf(node: SavedNode): [string, unknown][] {
  return Object.entries(node).filter(([name]) => !placed.has(name));
}

describe('a flow that 0.1.0 has saved', () => {
  for (const node of ours) {
    const { defaults } = definitionOf(node.type, flows);

    it(`opens: ${node.id} keeps every property, and nothing of it is invalid`, () => {
      for (const [name] of propertiesOf(node)) assert.ok(name in defaults, name);
      const wrong = Object.entries(defaults).filter(([name, { validate }]) => {
        const found = validate?.call({ ...node, _: (key: string) => key }, node[name] as string, {}) ?? true;
        return found !== true;
      });
      assert.deepEqual(wrong, []);
    });
  }

  it('has of each node one with every property that there was', () => {
    assert.deepEqual(
      Array.from(new Set(ours.map(({ type }) => type))).sort(),
      ['admin', 'consume', 'fetch', 'in', 'out', 'query', 'service'].map((type) => `sync-${type}`),
    );
  });

  describe('runs as before:', () => {
    withNodeRed();
    beforeEach(async () => {
      const listeners = flowOf('sent', 'consumed', 'found', 'done', 'old-sent');
      // What it leaves out is no config node here.
      const whole = [...flows, ...listeners].map((node) =>
        node.z ? { x: 0, y: 0, wires: [], ...node } : node,
      );
      await helper.load(nodes, whole as Parameters<typeof helper.load>[1]);
    });

    it('an object goes from the cloud to the edge, with what its fields say', async () => {
      const [sent, consumed] = [next('sent'), next('consumed')];
      give('out', { payload: 'hello' });
      assert.equal((await sent).outcome, 'published');
      const { version, description, consumers } = (await sent).object as Record<string, unknown>;
      assert.deepEqual(
        { version, description, consumers },
        { version: '1.0', description: 'first', consumers: 1 },
      );
      const message = await consumed;
      assert.equal(message.payload, 'hello');
      assert.equal(message.outcome, 'consumed');
      const found = next('found');
      give('query', {});
      assert.equal(((await found).payload as { objectID: string }).objectID, 'r1');
    });

    it('an access list is asked for', async () => {
      const done = next('done');
      give('admin', {});
      assert.deepEqual((await done).payload, []);
    });

    it('a node of before the later fields publishes, without asking for anything new', async () => {
      const sent = next('old-sent');
      give('old-out', { payload: 'old' });
      const message = await sent;
      assert.equal(message.outcome, 'published');
      const { inactive, autodelete, expiration, link, version } = message.object as Record<string, unknown>;
      assert.deepEqual(
        { inactive, autodelete, expiration, link, version },
        { inactive: false, autodelete: false, expiration: '', link: '', version: '' },
      );
    });
  });
});
