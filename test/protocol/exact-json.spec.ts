import assert from 'node:assert/strict';
import { parseExactJson, stringifyExactJson } from '../../src/protocol/exact-json';

describe('exact JSON', () => {
  it('keeps all 19 digits of instanceID and dataID', () => {
    const text = '{"instanceID":1795471707473328791,"dataID":1795471707473328790}';
    assert.deepEqual(
      { ...(parseExactJson(text) as object) },
      { instanceID: '1795471707473328791', dataID: '1795471707473328790' },
    );
    assert.equal(stringifyExactJson(parseExactJson(text)), text);
  });

  it('gives a small instanceID as a string, and other small numbers as numbers', () => {
    assert.deepEqual(
      { ...(parseExactJson('{"instanceID":7,"consumers":-1}') as object) },
      { instanceID: '7', consumers: -1 },
    );
  });

  it('leaves text alone that looks like a number', () => {
    const text = '{"description":"\\"instanceID\\": 1795471707473328791"}';
    assert.equal(stringifyExactJson(parseExactJson(text)), text);
  });
});
