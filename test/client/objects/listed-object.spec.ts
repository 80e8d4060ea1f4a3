import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ListEntry } from '../../../src/client/connection/list-entry';
import { type ListedObject, ObjectList } from '../../../src/client/objects/listed-object';
import { stringifyExactJson } from '../../../src/protocol/exact-json';
import type { DestinationPolicy, ObjectMetadata } from '../../../src/protocol/metadata';
import { anyCharacter } from '../../support/characters';
import { metadataOf } from '../../support/metadata';

const [objectType, instanceID] = ['t', '1795470914231361270'];

/** How often an entry was read whole, and what was left out. */
function look(text: string): { listed: ListedObject | undefined; reads: () => number; left: string[] } {
  const left: string[] = [];
  let reads = 0;
  const entry = new ListEntry(Buffer.from(text), (reason) => left.push(reason));
  const value = entry.value.bind(entry);
  entry.value = (isUsable) => {
    reads += 1;
    return value(isUsable);
  };
  const listed = new ObjectList(objectType).object(entry);
  return { listed, reads: () => reads, left };
}

/** An entry as the service writes it, as it is cut from a list. */
const written = (object: object, indent = 2): string =>
  stringifyExactJson([object], indent)
    .replace(/^\[/, '')
    .replace(/\n?\]$/, '');

describe('an object that is listed', () => {
  it('is known by its ID and version without being read', () => {
    for (const deleted of [false, true]) {
      const object = metadataOf({ objectID: 'a-b.c', objectType, instanceID, deleted });
      const { listed, reads } = look(written(object));
      const { expiration, objectType: type } = listed?.view ?? {};
      assert.deepEqual(
        [listed?.objectID, listed?.instanceID, listed?.deleted, type, expiration],
        ['a-b.c', instanceID, deleted, objectType, ''],
      );
      assert.equal(reads(), 0);
      assert.deepEqual(listed?.metadata(), object);
      listed?.metadata();
      assert.equal(reads(), 1);
    }
  });

  it('looks like its metadata to who looks at it', () => {
    const object = metadataOf({
      objectType,
      instanceID,
      description: 'text',
      expiration: '2030-01-01T00:00:00Z',
    });
    const view = look(written(object)).listed?.view;
    assert.deepEqual({ ...view }, object);
    assert.equal(view?.expiration, object.expiration);
    assert.equal(JSON.stringify(view), JSON.stringify(object));
    assert.ok(view && 'link' in view && !('other' in view));
  });

  it('is the same however it is written, and whatever is in it', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: anyCharacter }),
      fc.constantFrom('"', '\\', '\n    "deleted": true,', '",\n    "objectType": "t",\n'),
    );
    const objects = fc.record({
      fields: fc.record({
        objectID: text.filter((id) => id !== ''),
        description: text,
        expiration: text,
        deleted: fc.boolean(),
        instanceID: fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map(String),
        destinationPolicy: fc.constantFrom<(DestinationPolicy | null)[]>(null, {
          properties: [{ name: 'deleted', value: true }],
          constraints: [],
          services: null,
          timestamp: '1795470914231361270',
        }),
      }),
      indent: fc.constantFrom(2, 2, 2, 0, 1, 4),
      order: fc.boolean(),
    });
    fc.assert(
      fc.property(objects, ({ fields, indent, order }) => {
        const object: ObjectMetadata = metadataOf({ objectType, ...fields });
        const other = Object.fromEntries(Object.entries(object).reverse());
        const { listed } = look(written(order ? object : other, indent));
        const { deleted, instanceID: version, objectID } = object;
        assert.deepEqual(
          [listed?.objectID, listed?.instanceID, listed?.deleted],
          [objectID, version, deleted],
        );
        assert.deepEqual({ ...listed?.metadata() }, { ...object });
      }),
      { numRuns: 500 },
    );
  });

  it('is left out where it is another than it looks like', () => {
    const text = written(metadataOf({ objectType, instanceID }));
    for (const twice of [
      '"instanceID": 5',
      '"objectID": "other"',
      '"deleted": true',
      '"objectType": "other"',
    ]) {
      const { left, listed } = look(text.replace('\n  }', `,\n    ${twice}\n  }`));
      assert.equal(listed?.metadata(), undefined, twice);
      assert.deepEqual(left, ['malformed']);
    }
  });

  it('is none where it is of another type, has no ID or no version, or is cut', () => {
    const object = metadataOf({ objectType, instanceID });
    const none = [
      { ...object, objectType: 'tt' },
      { ...object, objectID: '' },
      { ...object, instanceID: undefined },
    ];
    for (const each of none) {
      const { left, listed } = look(written(each));
      assert.deepEqual([listed, left], [undefined, ['malformed']]);
    }
    const text = written(object);
    for (let end = 0; end < text.length; end += 1) {
      const { left, listed } = look(text.slice(0, end));
      assert.equal(listed?.metadata(), undefined);
      assert.equal(left.length, 1);
    }
  });
});
