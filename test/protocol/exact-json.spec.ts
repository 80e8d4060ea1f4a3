import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isSafeNumber, parse, stringify } from 'lossless-json';
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

  it('keeps every integer, wherever it stands, and rounds other numbers as JavaScript does', () => {
    const text =
      '[9007199254740991,9007199254740992,-9007199254740993,1e400,1.1234567890123456789,-0,1E5,{"a":[12345678901234567890]}]';
    assert.deepEqual(parseExactJson(text), [
      9007199254740991,
      '9007199254740992',
      '-9007199254740993',
      Number.POSITIVE_INFINITY,
      1.1234567890123457,
      -0,
      100000,
      { a: ['12345678901234567890'] },
    ]);
  });

  for (const wrong of [
    '',
    '{1234567890123456789:1}',
    '{1234567890123456789 :1}',
    '[01234567890123456789]',
    '[+1234567890123456789]',
    '[1234567890123456789.]',
    '[1234567890123456789x]',
    '[--1234567890123456789]',
    '["1234567890123456789]',
    '"a" 1234567890123456789',
  ]) {
    it(`takes no JSON for what is none: ${wrong}`, () => {
      assert.throws(() => parseExactJson(wrong), SyntaxError);
    });
  }

  it('reads any JSON as a reader does that looks at each sign', () => {
    const sign = fc.constantFrom(
      '"',
      '\\',
      '1234567890123456789',
      ':',
      ',',
      'a',
      ' ',
      'instanceID',
      '-',
      'é',
    );
    const string = fc.array(sign, { maxLength: 6 }).map((signs) => signs.join(''));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        string.map((text) => JSON.stringify(text)),
        fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
        fc.constantFrom('true', 'null', '1e3', '9007199254740991', '9007199254740992'),
        fc.array(tie('value'), { maxLength: 4 }).map((all) => `[${all.join(' , ')}]`),
        fc
          .uniqueArray(
            fc.tuple(fc.oneof(string, fc.constantFrom('instanceID', 'dataID', 'timestamp')), tie('value')),
            {
              selector: ([name]) => name,
              maxLength: 4,
            },
          )
          .map((all) => `{${all.map(([name, each]) => `${JSON.stringify(name)} : ${each}`).join(',')}}`),
      ),
    }));
    const parseNumber = (digits: string): number | string =>
      /^-?\d+$/.test(digits) && !isSafeNumber(digits) ? digits : Number(digits);
    const exact = (name: string, each: unknown): unknown =>
      ['instanceID', 'dataID', 'timestamp'].includes(name) && typeof each === 'number' ? String(each) : each;
    fc.assert(
      fc.property(value, (text) => {
        assert.deepEqual(parseExactJson(String(text)), parse(String(text), exact, { parseNumber }));
      }),
    );
  });

  it('writes any value as a writer does that looks at each property', () => {
    const name = fc.constantFrom(
      'instanceID',
      'dataID',
      'a',
      'x"instanceID',
      ',instanceID',
      '{"dataID',
      '\\',
    );
    const text = fc.constantFrom(
      '5',
      '-7',
      '1795471707473328791',
      'x',
      ',"dataID":"5"',
      ' "instanceID": "5"',
      '{',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(name, tie('value'), { maxKeys: 4 }),
      ),
    }));
    const toNumber = (key: string, each: unknown): unknown =>
      ['instanceID', 'dataID'].includes(key) && typeof each === 'string' && /^-?\d+$/.test(each)
        ? BigInt(each)
        : each;
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (each, indent) => {
        assert.equal(stringifyExactJson(each, indent), stringify(each, toNumber, indent));
      }),
    );
  });

  it('takes little time for much text, and for many escapes, quotes and digits', () => {
    const much = 500_000;
    for (const text of [
      JSON.stringify({ data: 'A1'.repeat(much) }),
      JSON.stringify('\\'.repeat(much)),
      JSON.stringify('"'.repeat(much)),
      JSON.stringify('1'.repeat(much)),
      `[${'1234567890123456789,'.repeat(much / 20)}1]`,
      `${'['.repeat(much)}${']'.repeat(much)}`,
    ]) {
      parseExactJson(text);
    }
  });
});
