import assert from 'node:assert/strict';
import type { Node } from 'node-red';
import helper from 'node-red-node-test-helper';
import { clientOf } from '../support/clients';
import { flowOf, give, next, run, services, statusesOf, withNodeRed } from '../support/flow';
import { until } from '../support/until';

describe('sync-in receives', () => {
  let arrived: string[];
  withNodeRed();

  const load = async (fields: object): Promise<void> => {
    const receive = { id: 'in', type: 'sync-in', z: 'tab', service: 'ess', interval: '0.02', ...fields };
    const caught = { id: 'catch', type: 'catch', z: 'tab', scope: ['in'], wires: [['caught']] };
    await run(services, [{ ...receive, wires: [['arrived']] }, caught], flowOf('arrived', 'caught'));
    arrived = [];
    (helper.getNode('arrived') as unknown as Node).on('input', ({ topic }) => {
      if (!arrived.includes(String(topic))) arrived.push(String(topic));
    });
  };
  const publish = async (...names: string[]): Promise<void> => {
    const cloud = await clientOf('css');
    for (const name of names) {
      const [objectType = '', objectID = ''] = name.split('/');
      await cloud.publish({ objectType, objectID }, 'hello');
    }
  };

  describe('the object types that', () => {
    before(() => {
      process.env.TEST_TYPES = 'rules, models';
    });
    after(() => {
      delete process.env.TEST_TYPES;
    });
    for (const [what, objectTypes, objectTypesType] of [
      ['an environment variable names', 'TEST_TYPES', 'env'],
      ['an expression gives', '["rules", "models"]', 'jsonata'],
      ['its dialog names, as those of flows of before', 'rules models', undefined],
    ] as const) {
      it(what, async () => {
        await load({ objectTypes, objectTypesType });
        await publish('rules/r1', 'models/m1', 'others/o1');
        await until('both have come', () => arrived.length === 2);
        assert.deepEqual(arrived.sort(), ['models/m1', 'rules/r1']);
      });
    }
  });

  it('the one object whose ID an expression gives', async () => {
    await load({ objectTypes: 'rules', objectID: '"r" & "2"', objectIDType: 'jsonata' });
    await publish('rules/r1', 'rules/r2', 'rules/r3');
    await until('it has come', () => arrived.length > 0);
    await publish('rules/r2');
    assert.deepEqual(arrived, ['rules/r2']);
  });

  it('nothing where the context has no types, and says so', async () => {
    await load({ objectTypes: 'types', objectTypesType: 'global', inputs: '1' });
    const shown = statusesOf('in');
    give('in', { action: 'subscribe', topic: 'rules' });
    await until('it is connected', () => Boolean(shown.at(-1)?.text?.endsWith('connected')));
    give('in', { action: 'unsubscribe', topic: 'rules' });
    await until('it says so', () => shown.at(-1)?.text === 'sync-in.status.idle');
  });

  it('what messages subscribe to, until they unsubscribe', async () => {
    await load({ objectTypes: '', inputs: 1 });
    give('in', { action: 'subscribe', topic: ['rules', 'models'] });
    await publish('rules/r1', 'models/m1');
    await until('both have come', () => arrived.length === 2);
    give('in', { action: 'unsubscribe', topic: 'models' });
    await publish('models/m2', 'rules/r2');
    await until('the other goes on', () => arrived.includes('rules/r2'));
    assert.deepEqual(arrived.sort(), ['models/m1', 'rules/r1', 'rules/r2']);
  });

  it('at once what it is told to ask for', async () => {
    await load({ objectTypes: 'rules', inputs: 1, interval: '3600' });
    await publish('rules/r1');
    await until('it has come', () => {
      give('in', { action: 'ask' });
      return arrived.includes('rules/r1');
    });
  });

  for (const [message, reason] of [
    [{ action: 'listen' }, /^msg\.action must be subscribe, unsubscribe, ask, not listen$/],
    [{}, /^msg\.action must be .* not nothing$/],
    [{ action: 'subscribe' }, /^msg\.topic must name the object types to subscribe$/],
    [{ action: 'subscribe', topic: [5] }, /^msg\.topic must be text or an array of names, not an array$/],
  ] as const) {
    it(`nothing of ${JSON.stringify(message)}, and tells a Catch node why`, async () => {
      await load({ objectTypes: 'rules', inputs: 1 });
      const caught = next('caught');
      give('in', message);
      assert.match(String(((await caught).error as unknown as Error).message), reason);
    });
  }
});
