import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import { parseJson, TooDeep } from '../../nodes/common/json';
import { Intake } from '../../nodes/sync-in/intake';
import { ServiceConnection } from '../../nodes/sync-service/connection';
import { stringifyExactJson } from '../../src/protocol/exact-json';
import { clientOf } from '../support/clients';
import { flowOf, give, next, receivingFlow, run, sendingFlow, services, withNodeRed } from '../support/flow';
import { metadataOf } from '../support/metadata';
import { record } from '../support/recorder';
import { until } from '../support/until';

/** Node-RED copies a message for its second wire, and cannot copy this one. */
const depth = 5_000;
const nested = '['.repeat(depth) + ']'.repeat(depth);
const twoWires = { wires: [['sent', 'second']] };
const toBoth = { wires: [['fetched', 'consume']] };
const catching = [
  { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['caught']] },
  { id: 'caught', type: 'helper', z: 'tab' },
];

describe('what Node-RED cannot copy', () => {
  withNodeRed();

  const caughtError = async (): Promise<{ code: string; message: string }> =>
    (await next('caught')).error as unknown as { code: string; message: string };

  it('is told by sync-out, and the next message goes on', async () => {
    await run(services, sendingFlow(twoWires), flowOf('second'));
    const failure = caughtError();
    give('out', { payload: 'first', keep: JSON.parse(nested) });
    const { code, message } = await failure;
    assert.equal(code, 'SYNC_NODE_ERROR');
    assert.match(message, /^The message cannot be passed on: /);
    const second = next('second');
    give('out', { payload: 'hello' });
    assert.equal((await second).payload, 'hello');
  });

  it('is told when it fails before it is passed on, too', async () => {
    await run(services, sendingFlow({ ...twoWires, destination: '' }), flowOf('second'));
    const failure = caughtError();
    give('out', { payload: JSON.parse(nested) });
    assert.equal((await failure).message, 'Choose a destination in this node');
  });

  it('is told when it cannot be written as JSON', async () => {
    await run(services, sendingFlow(twoWires), flowOf('second'));
    const failure = caughtError();
    give('out', { payload: JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) });
    assert.equal((await failure).message, 'The data cannot be written as JSON: it is nested too deep');
  });

  it('is told when a Complete node shall hear of it', async () => {
    const asks = { id: 'asks', type: 'sync-query', z: 'tab', query: 'types', service: 'css', wires: [] };
    const complete = { id: 'complete', type: 'complete', z: 'tab', scope: ['asks'], wires: [['completed']] };
    await run(services, [asks, complete], flowOf('completed'), catching);
    const failure = caughtError();
    give('asks', { keep: JSON.parse(nested) });
    assert.match((await failure).message, /^The message cannot be passed on: /);
    const completed = next('completed');
    give('asks', { keep: 1 });
    assert.equal((await completed).keep, 1);
  });

  it('is told by sync-query, and by sync-admin', async () => {
    for (const type of ['sync-query', 'sync-admin']) {
      const asks = { query: 'types', action: 'organizations', service: 'css' };
      const node = { id: 'asks', type, z: 'tab', ...asks, wires: [['sent', 'second']] };
      await run(services, [node], flowOf('sent', 'second'), catching);
      const failure = caughtError();
      give('asks', { keep: JSON.parse(nested) });
      assert.match((await failure).message, /^The message cannot be passed on: /);
      const second = next('second');
      give('asks', {});
      await second;
      await helper.unload();
    }
  });

  it('does not come from sync-fetch: JSON as deep as that is refused, and the next object goes on', async () => {
    await run(services, receivingFlow({ fetch: { output: 'json', ...toBoth } }), catching);
    const cloud = await clientOf('css');
    const failure = caughtError();
    await cloud.publish({ objectType: 'rules', objectID: 'deep' }, nested);
    const { code, message } = await failure;
    assert.equal(code, 'SYNC_NOT_JSON');
    assert.equal(message, 'The data of rules/deep is JSON nested deeper than 100');
    const fetched = next('fetched');
    await cloud.publish({ objectType: 'rules', objectID: 'flat' }, '[1]');
    assert.deepEqual((await fetched).payload, [1]);
  });

  it('comes from sync-fetch as long as it is no deeper than 100', async () => {
    await run(services, receivingFlow({ fetch: { output: 'json', ...toBoth } }), catching);
    const cloud = await clientOf('css');
    const fetched = next('fetched');
    const inText = JSON.stringify({ '[': '\\"[[['.repeat(100) });
    const deep = `${'['.repeat(99)}${inText}${']'.repeat(99)}`;
    await cloud.publish({ objectType: 'rules', objectID: 'deep' }, deep);
    assert.deepEqual((await fetched).payload, JSON.parse(deep));
  });

  it('is seen behind texts, whatever these hold, and is no bracket in one', () => {
    const [open, close] = ['['.repeat(101), ']'.repeat(101)];
    const deep = [`["a", ${open}${close}]`, `{"\\"[": ["\\\\"], "b": ${open}${close}}`, `${open}1`];
    for (const text of deep) assert.throws(() => parseJson(text), TooDeep, text.slice(0, 20));
    for (const text of [`"${open}"`, `["\\"${open}", {}]`, `[${'[],'.repeat(500)}[]]`]) {
      assert.deepEqual(parseJson(text), JSON.parse(text));
    }
  });

  it('is let go of by a sync-in, and the other objects go on', async () => {
    const list = ['a', 'b'].map((objectID) => metadataOf({ objectType: 'rules', objectID }));
    const service = await record('ESS', () => ({ body: stringifyExactJson(list) }));
    const connection = new ServiceConnection(async () => ({
      client: service.client,
      release: () => undefined,
    }));
    const [sent, errors]: [string[], string[]] = [[], []];
    const intake = new Intake(connection, {
      nodeID: 'in',
      service: 'ess',
      receiver: { interval: 10 },
      acknowledge: 'flow',
      isDone: () => false,
      send(message) {
        const { objectID } = (message as { object: { objectID: string } }).object;
        if (objectID === 'a') throw new RangeError('Maximum call stack size exceeded');
        sent.push(objectID);
      },
      onState: () => undefined,
      onUnopened: (error) => errors.push((error as Error).message),
      onError: (error) => errors.push((error as Error).message),
    });
    connection.register(intake);
    await intake.subscribe(['rules']);
    await until('the other is sent', () => sent.length > 0);
    intake.close();
    connection.deregister(intake);
    await service.close();
    assert.deepEqual(sent, ['b']);
    assert.deepEqual(errors, ['The message cannot be passed on: Maximum call stack size exceeded']);
  });
});
