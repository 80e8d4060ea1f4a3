import assert from 'node:assert/strict';
import fc from 'fast-check';
import { glanceAtVersion } from '../../../src/client/objects/current-version';
import { parseExactJson, stringifyExactJson } from '../../../src/protocol/exact-json';
import { anyCharacter } from '../../support/characters';
import { metadataOf } from '../../support/metadata';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: anyCharacter }),
  fc.constantFrom('\n  "deleted": true,\n  "instanceID": 1,\n  "dataID": 1,\n', '\\', '"'),
);
const version = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map(String);

describe('a glance at the version of an object', () => {
  it('sees what is there, or nothing where it would have to read', () => {
    let seen = 0;
    const objects = fc.record({
      fields: fc.record({
        objectID: text,
        objectType: text,
        description: text,
        link: text,
        deleted: fc.boolean(),
        instanceID: version,
        dataID: version,
      }),
      indent: fc.constantFrom(2, 2, 2, 0, 1, 4),
      end: fc.constantFrom('', '\n', ' x', '}'),
    });
    fc.assert(
      fc.property(objects, ({ fields, indent, end }) => {
        const object = metadataOf(fields);
        const written = `${stringifyExactJson(object, indent)}${end}`;
        const { dataID, deleted, instanceID } = object;
        const found = glanceAtVersion(written, object);
        if (found) assert.deepEqual(found, { deleted, instanceID, dataID });
        if (found) seen += 1;
        if (end.trim() !== '') assert.equal(found, undefined);
      }),
      { numRuns: 1_000 },
    );
    assert.ok(seen > 50, `seen in ${seen} of 1,000`);
  });

  it('is not enough where it is of another object, is cut, or says something twice', () => {
    const object = metadataOf({ instanceID: '1795470914231361270' });
    const written = stringifyExactJson(object, 2);
    assert.ok(glanceAtVersion(written, object));
    assert.equal(glanceAtVersion(written, { ...object, objectID: 'other' }), undefined);
    assert.equal(glanceAtVersion(written, { ...object, objectType: 'other' }), undefined);
    for (let end = 0; end < written.length; end += 1) {
      const found = glanceAtVersion(written.slice(0, end), object);
      if (found) assert.deepEqual(found, parseExactJson(written.slice(0, end)));
    }
    const twice = written.replace(
      /\n\}$/,
      ',\n  "deleted": true,\n  "instanceID": 5,\n  "dataID": 5,\n  "x": 1\n}',
    );
    assert.equal(glanceAtVersion(twice, object), undefined);
  });
});
