import assert from 'node:assert/strict';
import { RestResponse } from '../../src/local-service/responses/response';
import { base64Error } from '../../src/local-service/rest/go-base64';
import { type GoStruct, readGoJson } from '../../src/local-service/rest/go-json';
import { parseInt64 } from '../../src/local-service/rest/go-numbers';
import { parseGoTime } from '../../src/local-service/rest/go-time';
import { isGoUrl } from '../../src/local-service/rest/go-url';

/** What is expected here was said by Go 1.26, asked the same. */
describe('what the service leaves to Go', () => {
  const property: GoStruct = {
    name: 'common.PolicyProperty',
    fields: { name: 'string', value: 'any', type: 'string' },
  };
  const policyService: GoStruct = {
    name: 'common.ServiceID',
    fields: { orgID: 'string', version: 'string' },
  };
  const policy: GoStruct = {
    name: 'common.Policy',
    fields: { properties: { list: property }, services: { list: policyService }, timestamp: 'int64' },
  };
  const meta: GoStruct = {
    name: 'common.MetaData',
    fields: {
      objectID: 'string',
      destinationsList: { list: 'string' },
      destinationPolicy: policy,
      inactive: 'bool',
      consumers: 'int',
      instanceID: 'int64',
    },
  };
  const update: GoStruct = { name: 'base.objectUpdate', fields: { meta, data: 'bytes' } };

  const jsons: [text: string, error: string | undefined][] = [
    ['', 'EOF'],
    ['  ', 'EOF'],
    ['{', 'unexpected EOF'],
    ['nul', 'unexpected EOF'],
    ['nulx', "invalid character 'x' in literal null (expecting 'l')"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['["\\x"]', "invalid character 'x' in string escape code"],
    ['["\\u12g4"]', "invalid character 'g' in \\u hexadecimal character escape"],
    ['["a\nb"]', "invalid character '\\n' in string literal"],
    ['[-]', "invalid character ']' in numeric literal"],
    ['[1.]', "invalid character ']' after decimal point in numeric literal"],
    ['[1e]', "invalid character ']' in exponent of numeric literal"],
    ['[+1]', "invalid character '+' looking for beginning of value"],
    ['{"meta":tru}', "invalid character '}' in literal true (expecting 'e')"],
    ['{"meta":{}}}}', undefined],
    ['é', "invalid character 'Ã' looking for beginning of value"],
    ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
    [
      '{"meta":[]}',
      'json: cannot unmarshal array into Go struct field objectUpdate.meta of type common.MetaData',
    ],
    ['[]', 'json: cannot unmarshal array into Go value of type base.objectUpdate'],
    ['"x"', 'json: cannot unmarshal string into Go value of type base.objectUpdate'],
    [
      '{"meta":{"objectID":5}}',
      'json: cannot unmarshal number into Go struct field MetaData.meta.objectID of type string',
    ],
    [
      '{"meta":{"consumers":1.5}}',
      'json: cannot unmarshal number 1.5 into Go struct field MetaData.meta.consumers of type int',
    ],
    [
      '{"meta":{"consumers":9223372036854775808}}',
      'json: cannot unmarshal number 9223372036854775808 into Go struct field MetaData.meta.consumers of type int',
    ],
    [
      '{"meta":{"instanceID":"5"}}',
      'json: cannot unmarshal string into Go struct field MetaData.meta.instanceID of type int64',
    ],
    [
      '{"meta":{"inactive":"true"}}',
      'json: cannot unmarshal string into Go struct field MetaData.meta.inactive of type bool',
    ],
    [
      '{"meta":{"destinationsList":[1]}}',
      'json: cannot unmarshal number into Go struct field MetaData.meta.destinationsList of type string',
    ],
    [
      '{"meta":{"destinationsList":"a"}}',
      'json: cannot unmarshal string into Go struct field MetaData.meta.destinationsList of type []string',
    ],
    [
      '{"meta":{"destinationPolicy":{"services":[{"orgID":1}]}}}',
      'json: cannot unmarshal number into Go struct field ServiceID.meta.destinationPolicy.services.orgID of type string',
    ],
    [
      '{"meta":{"destinationPolicy":{"properties":[{"value":1e400}]}}}',
      'json: cannot unmarshal number 1e400 into Go struct field PolicyProperty.meta.destinationPolicy.properties.value of type float64',
    ],
    [
      '{"data":[1,300]}',
      'json: cannot unmarshal number 300 into Go struct field objectUpdate.data of type uint8',
    ],
    ['{"data":["a"]}', 'json: cannot unmarshal string into Go struct field objectUpdate.data of type uint8'],
    ['{"data":5}', 'json: cannot unmarshal number into Go struct field objectUpdate.data of type []uint8'],
    ['{"data":"QUI"}', 'illegal base64 data at input byte 0'],
    ['{"data":"Q_=="}', 'illegal base64 data at input byte 1'],
    [
      '{"META":{"OBJECTid":7}}',
      'json: cannot unmarshal number into Go struct field MetaData.meta.objectID of type string',
    ],
    [
      '{"meta":{"objectID":5},"data":"%"}',
      'json: cannot unmarshal number into Go struct field MetaData.meta.objectID of type string',
    ],
    ['{"meta":{"objectID":5} x', "invalid character 'x' after object key:value pair"],
  ];
  for (const [text, error] of jsons) {
    it(`JSON: ${JSON.stringify(text)}`, () => {
      const read = (): unknown => readGoJson(Buffer.from(text), update, 'Wrong:');
      if (error === undefined) assert.doesNotThrow(read);
      else {
        assert.throws(read, (thrown: unknown) => {
          assert.ok(thrown instanceof RestResponse);
          assert.deepEqual([thrown.status, thrown.body], [400, `Wrong: ${error}\n`]);
          return true;
        });
      }
    });
  }

  it('JSON: names in any case, the last of several, bytes as numbers, and everything in its place', () => {
    const text =
      '{"META":{"objectid":"a","objectID":"b","instanceID":9223372036854775807,"destinationsList":["x",null],' +
      '"destinationPolicy":{"properties":[{"name":"p","value":{"b":1,"a":[null,1.50]}}]},"unknown":1},"data":[65,66]} {';
    assert.deepEqual(readGoJson(Buffer.from(text), update), {
      meta: {
        objectID: 'b',
        instanceID: '9223372036854775807',
        destinationsList: ['x', ''],
        destinationPolicy: { properties: [{ name: 'p', value: { a: [null, 1.5], b: 1 } }] },
      },
      data: Buffer.from('AB'),
    });
    const read = readGoJson(Buffer.from(text), update) as { meta: { destinationPolicy: unknown } };
    assert.match(JSON.stringify(read.meta.destinationPolicy), /"a":.*"b":/);
  });

  it('JSON: as deep as Go goes', () => {
    const deep = (depth: number): Buffer =>
      Buffer.from(`{"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`);
    assert.doesNotThrow(() => readGoJson(deep(10_000), update));
    assert.throws(() => readGoJson(deep(10_001), update), { body: /exceeded max depth/ });
  });

  const times: [text: string, time: number | string][] = [
    ['2026-11-23', 'parsing time "2026-11-23" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
    [
      '2026-11-23T21:55:14',
      'parsing time "2026-11-23T21:55:14" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"',
    ],
    ['2026-13-23T21:55:14Z', 'parsing time "2026-13-23T21:55:14Z": month out of range'],
    ['2026-02-29T00:00:00Z', 'parsing time "2026-02-29T00:00:00Z": day out of range'],
    ['2024-02-29T00:00:00Z', 1709164800000],
    ['x', 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
    ['', 'parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"'],
    ['2026-11-23T24:00:00Z', 'parsing time "2026-11-23T24:00:00Z": hour out of range'],
    ['2026-11-23T21:60:00Z', 'parsing time "2026-11-23T21:60:00Z": minute out of range'],
    ['2026-11-23T21:55:61Z', 'parsing time "2026-11-23T21:55:61Z": second out of range'],
    [
      '2026-11-23T21:55:14+25:00',
      'parsing time "2026-11-23T21:55:14+25:00": time zone offset hour out of range',
    ],
    ['2026-11-23T21:55:14+01:30', 1795465514000],
    ['2026-11-23T21:55:14.5Z', 1795470914500],
    ['2026-11-23T21:55:14Z!', 'parsing time "2026-11-23T21:55:14Z!": extra text: "!"'],
    [
      '2026-11-23 21:55:14Z',
      'parsing time "2026-11-23 21:55:14Z" as "2006-01-02T15:04:05Z07:00": cannot parse " 21:55:14Z" as "T"',
    ],
    [
      '2026-1-23T21:55:14Z',
      'parsing time "2026-1-23T21:55:14Z" as "2006-01-02T15:04:05Z07:00": cannot parse "1-23T21:55:14Z" as "01"',
    ],
    [
      'é"\\',
      'parsing time "\\xc3\\xa9\\"\\\\" as "2006-01-02T15:04:05Z07:00": cannot parse "\\xc3\\xa9\\"\\\\" as "2006"',
    ],
  ];
  for (const [text, time] of times) {
    it(`times: ${JSON.stringify(text)}`, () => assert.equal(parseGoTime(text), time));
  }

  const urls: [text: string, isOne: boolean][] = [
    ['http://', true],
    ['nonsense', true],
    ['', true],
    ['http://a b/', false],
    ['http://[::1]:80/x', true],
    ['http://[::1', false],
    ['http://a:b/', false],
    [':x', false],
    ['1http://x', false],
    ['/a%zz', false],
    ['http:%zz', true],
    ['http://x/#%zz', false],
    ['http://a%41/', false],
    ['a/b:c', true],
    ['a:b', true],
    ['http://u:p@h/', true],
    ['//a b/', false],
    ['///a b/', true],
  ];
  for (const [text, isOne] of urls)
    it(`URLs: ${JSON.stringify(text)}`, () => assert.equal(isGoUrl(text), isOne));

  const numbers: [text: string, number: string][] = [
    ['', 'strconv.ParseInt: parsing "": invalid syntax'],
    ['5', '5'],
    ['+5', '5'],
    ['-5', '-5'],
    ['5x', 'strconv.ParseInt: parsing "5x": invalid syntax'],
    ['9223372036854775807', '9223372036854775807'],
    ['9223372036854775808', 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['1_0', 'strconv.ParseInt: parsing "1_0": invalid syntax'],
    ['18446744073709551616x', 'strconv.ParseInt: parsing "18446744073709551616x": value out of range'],
  ];
  for (const [text, number] of numbers) {
    it(`numbers: ${JSON.stringify(text)}`, () => {
      const { value, error } = parseInt64(text);
      assert.equal(error ?? String(value), number);
    });
  }

  const base64s: [text: string, error: string | undefined][] = [
    ['QUI=', undefined],
    ['QUI', 'illegal base64 data at input byte 0'],
    ['Q', 'illegal base64 data at input byte 0'],
    ['QU=', 'illegal base64 data at input byte 3'],
    ['Q===', 'illegal base64 data at input byte 1'],
    ['QUI=QUI=', 'illegal base64 data at input byte 4'],
    ['QU\nI=', undefined],
    ['QU-_', 'illegal base64 data at input byte 2'],
    ['=', 'illegal base64 data at input byte 0'],
  ];
  for (const [text, error] of base64s) {
    it(`base64: ${JSON.stringify(text)}`, () => assert.equal(base64Error(text), error));
  }
});
