import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import type { ObjectMetadataInput } from '../../../src/client';
import { toPublish } from '../../../src/client/objects/rules';
import { metadataOf } from '../../support/metadata';

const name = { objectType: 't', objectID: 'o' };
const service = { orgID: 'demo', serviceName: 'svc', arch: 'amd64', version: '[1.0.0,INFINITY)' };
const policy = { properties: [{ name: 'p', value: 1 }], constraints: ['a == b'], services: [service] };
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const ellipticKey = elliptic.export({ type: 'spki', format: 'der' }).toString('base64');

type Fields = Record<string, unknown>;

const refused: [string, Fields, RegExp][] = [
  ['an ID without a type', { destinationID: 'edge1' }, /destinationID needs destinationType/],
  [
    'a list and a type',
    { destinationType: 'gateway', destinationsList: [] },
    /destinationType and destinationsList/,
  ],
  [
    'a policy and a list',
    { destinationsList: ['a:b'], destinationPolicy: policy },
    /destinationsList and destinationPolicy/,
  ],
  ['a list entry without a colon', { destinationsList: ['edge1'] }, /"edge1" is not "type:id"/],
  ['a list entry that is no text', { destinationsList: [1] }, /destinationsList must be an array/],
  [
    'a property without a name',
    { destinationPolicy: { ...policy, properties: [{ value: 1 }] } },
    /needs a name/,
  ],
  [
    'a service without an architecture',
    { destinationPolicy: { ...policy, services: [{ ...service, arch: '' }] } },
    /arch/,
  ],
  ['a version that is none', { destinationPolicy: { services: [{ ...service, version: 'abc' }] } }, /"abc"/],
  [
    'a version with a leading zero',
    { destinationPolicy: { services: [{ ...service, version: '01.0' }] } },
    /"01.0"/,
  ],
  [
    'an endless start',
    { destinationPolicy: { services: [{ ...service, version: '[INFINITY,2]' }] } },
    /INFINITY/,
  ],
  ['a type with a space', { destinationType: 'a b' }, /destinationType/],
  ['autodelete without destination', { autodelete: true, destinationType: 'gateway' }, /autodelete needs/],
  [
    'a policy whose properties are no list',
    { destinationPolicy: { ...policy, properties: {} } },
    /properties must be a list/,
  ],
  [
    'a policy with a property that is null',
    { destinationPolicy: { ...policy, properties: [null] } },
    /each of its properties needs a name/,
  ],
  ['a service that is null', { destinationPolicy: { services: [null] } }, /a service needs orgID/],
  [
    'a version that is a number',
    { destinationPolicy: { services: [{ ...service, version: 5 }] } },
    /"5" is no version/,
  ],
  ['a policy in a circle', { destinationPolicy: circular() }, /cannot be written as JSON/],
  ['a policy that says nothing', { destinationPolicy: {} }, /none of properties, constraints and services/],
  ['a Buffer as policy', { destinationPolicy: Buffer.from('{}') }, /destinationPolicy must be a policy/],
  ['31 February', { expiration: '2131-02-31T00:00:00Z' }, /expiration must be a time/],
  ['an expiration in words', { expiration: 'tomorrow' }, /expiration must be a time/],
  ['an expiration without a zone', { expiration: '2131-01-01T00:00:00' }, /expiration must be a time/],
  ['an expiration that has passed', { expiration: '2001-01-01T00:00:00Z' }, /has passed/],
  [
    'an activation that has passed',
    { inactive: true, activationTime: '2001-01-01T00:00:00Z' },
    /activationTime has/,
  ],
  ['a version with a space', { version: '1 2' }, /version/],
  ['a description with a tag', { description: '<b>x</b>' }, /description/],
  ['a hash algorithm in lower case', { hashAlgorithm: 'sha256' }, /SHA1 or SHA256/],
  ['a signature that is not base64', { signature: '***' }, /signature/],
  ['a key that is none', { publicKey: 'AAAA' }, /RSA/],
  ['a key that is not RSA', { publicKey: ellipticKey }, /RSA/],
  ['half a consumer', { consumers: 0.5 }, /consumers/],
  ['minus five consumers', { consumers: -5 }, /consumers/],
  ['a number as text', { consumers: '2' }, /consumers/],
  ['text as truth', { inactive: 'true' }, /inactive must be true or false/],
  ['a misspelt field', { destinationtype: 'gateway' }, /unknown field: destinationtype/],
  ['a link to no data', { noData: true, link: 'http://host/x' }, /noData and link exclude each other/],
  ['a source on a CSS', { sourceDataUri: 'file:///x' }, /on an ESS only/],
  ['a target that is no file', { destinationDataUri: 'http://x/y' }, /file:\/\/\//],
];

const now = Date.UTC(2030, 0, 1);

describe('metadata', () => {
  for (const [what, fields, message] of refused) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => toPublish({ ...name, ...fields } as ObjectMetadataInput, 'CSS', false, now), {
        code: 'SYNC_INVALID_ARGUMENT',
        message,
      });
    });
  }

  for (const field of ['metaOnly', 'noData'] as const) {
    it(`is refused with ${field} and data`, () => {
      assert.throws(() => toPublish({ ...name, [field]: true }, 'CSS', true, now), {
        code: 'SYNC_INVALID_ARGUMENT',
      });
      assert.equal(toPublish({ ...name, [field]: true }, 'CSS', false, now)[field], true);
    });
  }

  it('is refused on an ESS with what only a CSS can do', () => {
    for (const fields of [
      { expiration: '2131-01-01T00:00:00Z' },
      { destinationsList: ['a:b'] },
      { destinationDataUri: 'file:///x' },
    ]) {
      assert.equal(Object.keys(toPublish({ ...name, ...fields }, 'CSS', false, now)).length, 3);
      assert.throws(() => toPublish({ ...name, ...fields }, 'ESS', false, now), {
        code: 'SYNC_INVALID_ARGUMENT',
      });
    }
    assert.throws(() => toPublish({ ...name, sourceDataUri: 'file:///x' }, 'ESS', true, now), {
      code: 'SYNC_INVALID_ARGUMENT',
    });
  });

  it('is sent with everything that the service takes', () => {
    const fields = {
      ...name,
      destinationPolicy: policy,
      consumers: -1,
      expiration: '2131-01-01T00:00:00.5Z',
    };
    assert.deepEqual(toPublish(fields, 'CSS', false, now), fields);
  });

  it('that was read can be published again, without what the service decides, and with what is not known here', () => {
    const read = { ...metadataOf({ activationTime: '2001-01-01T00:00:00Z' }), ...{ fromTheFuture: 1 } };
    const sent = toPublish(read, 'CSS', true, now);
    assert.equal(sent.fromTheFuture, 1);
    for (const field of ['instanceID', 'dataID', 'ownerID', 'objectSize', 'deleted', 'originID']) {
      assert.equal(field in sent, false, field);
    }
  });
});

function circular(): object {
  const value: object[] = [];
  value.push(value);
  return { properties: [{ name: 'a', value }] };
}
