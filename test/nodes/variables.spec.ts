import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import { withVariables } from '../../nodes/common/variables';
import { flowOf, give, next, receivingFlow, run, sendingFlow, services, withNodeRed } from '../support/flow';
import { cloudNode } from '../support/service-nodes';

/** What a dialog has, so that no template is taken for one of this file. */
function named(variable: string): string {
  return ['$', '{', variable, '}'].join('');
}

describe('a text with environment variables in it', () => {
  const variables = (name: string): string | undefined => ({ ID: 'device 7', EMPTY: '' })[name];

  it('has their values, wherever they stand', () => {
    assert.equal(withVariables(`${named('ID')}.hello-mms`, variables, 'Object type'), 'device 7.hello-mms');
    assert.equal(withVariables(`a${named('EMPTY')}b${named('ID')}`, variables, 'x'), 'abdevice 7');
    assert.equal(withVariables('no variable: $ID {ID}', variables, 'x'), 'no variable: $ID {ID}');
  });

  it('says which of them is not set, and of which field', () => {
    assert.throws(() => withVariables(`x.${named('NOWHERE')}`, variables, 'Object type'), {
      code: 'SYNC_INVALID_ARGUMENT',
      message: 'Object type: the environment variable NOWHERE is not set',
    });
  });
});

describe('environment variables in the fields of nodes', () => {
  let folder: string;
  withNodeRed();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    Object.assign(process.env, { TEST_DEVICE: 'pump', TEST_FOLDER: folder });
  });
  after(async () => {
    await rm(folder, { recursive: true });
    delete process.env.TEST_DEVICE;
    delete process.env.TEST_FOLDER;
  });

  it('say numbers', async () => {
    const attempts = { maxAttempts: named('TEST_ATTEMPTS'), redeliverAfter: '0.05' };
    await run(
      services,
      receivingFlow({ receive: { ...attempts, wires: [[], [], ['deleted']] } }),
      sendingFlow(),
    );
    const caught = next('caught');
    const [error] = [await caught].map((message) => message.error as { message: string });
    assert.equal(error?.message, 'Attempts: the environment variable TEST_ATTEMPTS is not set');
    await helper.unload();
    process.env.TEST_ATTEMPTS = '2';
    await run(
      services,
      receivingFlow({ receive: { ...attempts, wires: [[], [], ['deleted']] } }),
      sendingFlow(),
    );
    delete process.env.TEST_ATTEMPTS;
    const givenUp = next('deleted');
    give('out', { payload: 'hello' });
    assert.equal(((await givenUp).delivery as { attempt: number }).attempt, 2);
  });

  it('name types, IDs, edges, organizations and folders', async () => {
    const edge = { edgeType: 'gateway', edgeID: `${named('TEST_DEVICE')}-1` };
    const own = services.map((each) => ({ ...each, ...edge, organization: `of-${named('TEST_DEVICE')}` }));
    const device = named('TEST_DEVICE');
    const out = { objectType: `${device}.settings`, objectID: `all-${device}` };
    const one = { destination: 'node', destinationType: 'gateway', destinationID: `${device}-1` };
    const file = { output: 'file', folder: `${named('TEST_FOLDER')}/`, filename: `${device}.txt` };
    const kinds = { destinationTypeType: 'str', destinationIDType: 'str' };
    await run(
      own,
      sendingFlow({ ...out, ...one, ...kinds }),
      receivingFlow({
        receive: { objectTypes: `${device}.settings` },
        fetch: { ...file, folderType: 'str', filenameType: 'str' },
      }),
    );
    const consumed = next('consumed');
    give('out', { payload: 'hello' });
    const { object, outcome } = await consumed;
    assert.equal(outcome, 'consumed');
    const { objectType, objectID } = object as { objectType: string; objectID: string };
    assert.deepEqual([objectType, objectID], ['pump.settings', 'all-pump']);
    assert.equal(await readFile(join(folder, 'pump.txt'), 'utf8'), 'hello');
  });

  it('are told where they are not set, also of a sync-service', async () => {
    await run(services, sendingFlow({ objectID: `a.${named('TEST_NOWHERE')}` }));
    const caught = next('caught');
    give('out', { payload: 'x' });
    const { message } = (await caught).error as unknown as Error;
    assert.equal(message, 'Object ID: the environment variable TEST_NOWHERE is not set');
    await helper.unload();
    await run([cloudNode(`http://${named('TEST_NOWHERE')}:1`)], sendingFlow());
    const again = next('caught');
    give('out', { payload: 'x' });
    const failure = (await again).error as unknown as Error;
    assert.equal(failure.message, 'Address: the environment variable TEST_NOWHERE is not set');
  });

  it('leave data alone', async () => {
    const data = { data: `costs ${named('TEST_DEVICE')}`, dataType: 'str' };
    await run(services, sendingFlow(data), receivingFlow(), flowOf('x'));
    const fetched = next('fetched');
    give('out', {});
    assert.equal(String((await fetched).payload), `costs ${named('TEST_DEVICE')}`);
  });
});
