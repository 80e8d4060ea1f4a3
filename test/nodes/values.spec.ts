import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import type { NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import { FieldReader } from '../../nodes/common/fields';
import { clientOf } from '../support/clients';
import { flowOf, give, next, run, sendingFlow, services, withNodeRed } from '../support/flow';
import { ManualClock } from '../support/manual-clock';

describe('the value of a field', () => {
  withNodeRed();

  const failure = async (fields: object, message: object): Promise<string> => {
    await run(services, sendingFlow(fields), flowOf());
    const caught = next('caught');
    give('out', message);
    const { code, message: text } = (await caught).error as unknown as { code: string; message: string };
    assert.equal(code, 'SYNC_INVALID_ARGUMENT');
    return text;
  };

  it('is not waited for when it is a promise: the next message goes on', async () => {
    const never = new Promise(() => undefined);
    assert.equal(
      await failure({}, { payload: never }),
      'Data is a promise: send the message once it is settled',
    );
    const sent = next('sent');
    give('out', { payload: 'hello' });
    assert.equal((await sent).outcome, 'published');
    const late = { version: 'later', versionType: 'msg' };
    await helper.unload();
    assert.match(await failure(late, { payload: 'x', later: never }), /^Version is a promise/);
  });

  it('is waited for as long as it takes to read one, and no longer', async () => {
    const clock = new ManualClock();
    const util = { evaluateNodeProperty: () => undefined };
    const reader = new FieldReader({ util, settings: {} } as unknown as NodeAPI, {} as never, clock);
    const reading = reader.any({ label: 'Version', value: '$later()', type: 'jsonata' }, {});
    const refused = assert.rejects(reading, {
      code: 'SYNC_INVALID_ARGUMENT',
      message: 'Version: no value came within 10 s',
    });
    await clock.advance(10_000);
    await refused;
    assert.equal(clock.waiting, 0);
  });

  it('that JSONata cannot find is told with what is wrong', async () => {
    const wrong = (version: string): Promise<string> =>
      failure({ version, versionType: 'jsonata' }, { payload: 'x' });
    assert.match(await wrong('$sum("a")'), /^Version: .*argument 1 of function "sum"/i);
    await helper.unload();
    assert.match(await wrong('payload +'), /^Version: .*end of expression/i);
  });

  const neverMeant: [string, unknown, RegExp][] = [
    ['a Map', new Map([[1, 2]]), /^The data cannot be a Map/],
    ['a Set', new Set([1]), /^The data cannot be a Set/],
    ['an error', new Error('no'), /^The data cannot be an Error/],
    ['a stream', process.stdin, /^The data cannot be a stream/],
    ['a Map of a function node', runInNewContext('new Map([[1, 2]])'), /^The data cannot be a Map/],
    ['a Set of a function node', runInNewContext('new Set([1])'), /^The data cannot be a Set/],
    ['an error of a function node', runInNewContext("new Error('no')"), /^The data cannot be an Error/],
    ['a pattern', /a/, /^The data cannot be a RegExp/],
    ['an array of floats', new Float64Array(2), /^The data cannot be an array of numbers of one size/],
    ['a function', () => 1, /^a function cannot be written as JSON/],
  ];
  for (const [what, payload, expected] of neverMeant) {
    it(`is no data when it is ${what}`, async () => {
      assert.match(await failure({}, { payload }), expected);
    });
  }

  const bytes: [string, unknown][] = [
    ['a Uint8Array', new Uint8Array([1, 2, 3])],
    ['a Uint8Array of a function node', runInNewContext('new Uint8Array([0, 1, 2, 3]).subarray(1)')],
    ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
    ['an ArrayBuffer of a function node', runInNewContext('new Uint8Array([1, 2, 3]).buffer')],
    ['a DataView', new DataView(new Uint8Array([0, 1, 2, 3]).buffer, 1)],
  ];
  for (const [what, payload] of bytes) {
    it(`is its bytes when it is ${what}, and not JSON of them`, async () => {
      await run(services, sendingFlow());
      const sent = next('sent');
      give('out', { payload });
      await sent;
      const cloud = await clientOf('css');
      assert.deepEqual(
        await cloud.fetchObjectData({ objectType: 'rules', objectID: 'r1' }),
        Buffer.from([1, 2, 3]),
      );
    });
  }

  it('is no name when it is no number', async () => {
    const named = { objectID: 'id', objectIDType: 'msg' };
    assert.match(await failure(named, { payload: 'x', id: Number.NaN }), /^Object ID must be text, not NaN$/);
    await helper.unload();
    assert.match(await failure(named, { payload: 'x', id: 1 / 0 }), /^Object ID must be text, not Infinity$/);
  });

  it('is no policy when it is a Buffer, or says nothing', async () => {
    const policy = { destination: 'policy', destinationPolicy: 'policy', destinationPolicyType: 'msg' };
    const cases: [unknown, string][] = [
      [Buffer.from('{}'), 'Policy must be an object, not a Buffer'],
      ['null', 'Policy must be an object, not null'],
      [{}, 'destinationPolicy has none of properties, constraints and services'],
      [{ propertes: [] }, 'destinationPolicy has none of properties, constraints and services'],
    ];
    for (const [given, expected] of cases) {
      assert.equal(await failure(policy, { payload: 'x', policy: given }), expected);
      await helper.unload();
    }
  });

  it('is a policy, too, when its text begins with a byte order mark', async () => {
    const policy = { destination: 'policy', destinationPolicy: 'policy', destinationPolicyType: 'msg' };
    await run(services, sendingFlow(policy));
    const sent = next('sent');
    give('out', {
      payload: 'x',
      policy: `\uFEFF${JSON.stringify({ properties: [{ name: 'a', value: 1 }] })}`,
    });
    assert.equal((await sent).outcome, 'published');
  });

  it('is not repeated by an error as a whole, however long it is', async () => {
    const long = { expiration: 'long', expirationType: 'msg' };
    const text = await failure(long, { payload: 'x', long: 'soon '.repeat(200_000) });
    assert.ok(text.length < 1_100, String(text.length));
  });

  it('is no time when there is no such day', async () => {
    for (const expiration of ['2031-02-31T00:00:00Z', '2031-04-31T00:00:00Z', '2031-02-29T00:00:00+01:00']) {
      const given = { expiration, expirationType: 'str' };
      assert.match(await failure(given, { payload: 'x' }), /^Expires must be a time such as/);
      await helper.unload();
    }
  });
});
