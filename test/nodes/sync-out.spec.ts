import assert from 'node:assert/strict';
import { toNobody } from '../../nodes/sync-out/reach';
import { clientOf } from '../support/clients';
import {
  deploy,
  give,
  run,
  sendingFlow,
  services,
  statusesOf,
  wholeFlow,
  withNodeRed,
} from '../support/flow';
import { record } from '../support/recorder';
import { failure, listIn, onCloud, onEdge, send, str, toEdge, untilRegistered } from '../support/sending';
import { cloudNode } from '../support/service-nodes';
import { until } from '../support/until';

describe('sync-out', () => {
  withNodeRed();

  describe('sends data', () => {
    const data = async (payload: unknown): Promise<string> => {
      await onCloud({});
      const { object } = await send({ payload });
      return String(await (await clientOf('css')).fetchObjectData(object));
    };
    for (const [what, payload, expected] of [
      ['a Buffer', Buffer.from('bytes'), 'bytes'],
      ['a string', 'text', 'text'],
      ['an empty string', '', ''],
      ['an object as JSON', { a: [1] }, '{"a":[1]}'],
      ['a number as JSON', 5, '5'],
    ] as const) {
      it(`from ${what}`, async () => assert.equal(await data(payload), expected));
    }

    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const [what, payload, reason] of [
      [
        'nothing',
        undefined,
        /^Data is empty: the message has no msg.payload: set it before this node, or enter another value here$/,
      ],
      ['a function', () => 5, /a function cannot be written as JSON/],
      ['a circle', circular, /cannot be written as JSON: .*circular/],
      ['a bigint', 5n, /cannot be written as JSON: .*BigInt/],
    ] as const) {
      it(`but not from ${what}`, async () => {
        await onCloud({});
        const { code, message } = await failure({ payload });
        assert.equal(code, 'SYNC_INVALID_ARGUMENT');
        assert.match(message, reason);
      });
    }

    it('alone, to an object that waits for it', async () => {
      await onCloud({ action: 'metadata', ...str({ noData: 'false' }) });
      await send();
      assert.equal(
        await (await clientOf('css')).getObjectStatus({ objectType: 'rules', objectID: 'r1' }),
        'notReady',
      );
      await deploy(wholeFlow(services, sendingFlow({ action: 'data' })), 'nodes');
      const { object, outcome } = await send({ payload: 'late' });
      assert.equal(outcome, 'published');
      assert.equal(String(await (await clientOf('css')).fetchObjectData(object)), 'late');
    });

    it('for one edge that has not registered, and says so: its name may be wrong', async () => {
      await onCloud(str({ destination: 'node', destinationType: 'gateway', destinationID: 'edge-1' }));
      const shown = statusesOf('out');
      assert.equal((await send()).outcome, 'published');
      await until('it says so', () => /no edge for it yet|status\.nobody/.test(String(shown.at(-1)?.text)));
    });

    it('only when it has changed, where that is chosen', async () => {
      await onCloud({ ...toEdge, onlyWhenChanged: true });
      await untilRegistered();
      const first = await send({ payload: 'hello', objectID: 'same' });
      assert.equal(first.outcome, 'published');
      const second = await send({ payload: 'hello', objectID: 'same' });
      assert.equal(second.outcome, 'unchanged');
      assert.equal(second.object.instanceID, first.object.instanceID);
      assert.equal((await send({ payload: 'hullo', objectID: 'same' })).outcome, 'published');
    });

    it('of one object in the order of the messages', async () => {
      const seen: string[] = [];
      let version = 0;
      const recorder = await record('CSS', async ({ method, body }) => {
        if (method !== 'PUT') {
          version += 1;
          return {
            body: JSON.stringify({ objectType: 'rules', objectID: 'r1', instanceID: String(version) }),
          };
        }
        const text = Buffer.from((JSON.parse(body) as { data: string }).data, 'base64').toString();
        // The first would be overtaken if it did not have its turn.
        if (text === 'm0') await new Promise((resolve) => setTimeout(resolve, 100));
        seen.push(text);
        return {};
      });
      const { address } = recorder.client;
      await run([cloudNode(address)], sendingFlow());
      const names = Array.from({ length: 6 }, (_, index) => `m${index}`);
      for (const payload of names) give('out', { payload });
      await until('all have arrived', () => seen.length === names.length);
      assert.deepEqual(seen, names);
      await recorder.close();
    });
  });

  describe('asks for the metadata of what it has published', () => {
    const metadata = { objectType: 'rules', objectID: 'r1', instanceID: '1795470914231361270' };

    /** How often the service was asked for the object, when the node has shown that it is published, or for nobody. */
    const questions = async (...flow: Parameters<typeof run>): Promise<number> => {
      const recorder = await record('CSS', ({ method, path }) => {
        if (method !== 'GET') return {};
        return path?.endsWith('/r1') ? { body: JSON.stringify(metadata) } : { status: 404 };
      });
      await run([cloudNode(recorder.client.address)], ...flow);
      const shown = statusesOf('out');
      give('out', { payload: 'hello' });
      await until('it is published', () => shown.some(({ fill }) => fill !== 'blue'));
      await recorder.close();
      return recorder.seen.filter(({ method, path }) => method === 'GET' && path?.endsWith('/r1')).length;
    };

    it('where a wire leads on', async () => {
      assert.equal(await questions(sendingFlow()), 1);
    });

    it('where a Complete node hears of it', async () => {
      const complete = { id: 'complete', type: 'complete', z: 'tab', scope: ['out'], wires: [] };
      assert.equal(await questions(sendingFlow({ wires: [] }), [complete]), 1);
    });

    it('and not where nobody hears of it', async () => {
      assert.equal(await questions(sendingFlow({ wires: [[]] })), 0);
    });
  });

  describe('names the object', () => {
    const auto = {
      objectType: 'object.objectType',
      objectTypeType: 'msg',
      objectID: '',
      objectIDType: 'auto',
    };
    const given = { objectType: 'config', objectID: 'given' };

    it('by msg.object', async () => {
      await onCloud(auto);
      const { object } = await send({ payload: 'hello', object: given });
      assert.deepEqual([object.objectType, object.objectID], ['config', 'given']);
    });

    it('on an edge anew at each message: an ID that the cloud consumed is dead there', async () => {
      await onEdge(auto);
      const first = await send({ payload: 'hello', object: given });
      const second = await send({ payload: 'hello', object: given });
      assert.equal(first.object.objectType, 'config');
      assert.notEqual(first.object.objectID, 'given');
      assert.notEqual(first.object.objectID, second.object.objectID);
    });

    it('on an edge by msg.object where the object must be there already', async () => {
      await onEdge({ ...auto, action: 'metadata', ...str({ metaOnly: 'true' }) });
      await (await clientOf('ess')).publish(given, 'hello');
      const { object } = await send({ object: given });
      assert.equal(object.objectID, 'given');
      await deploy(wholeFlow(services, sendingFlow({ ...auto, service: 'ess', action: 'delete' })), 'nodes');
      assert.equal((await send({ object: given })).outcome, 'deleted');
    });

    it('by the ID that the dialog says, on an edge too', async () => {
      await onEdge(str({ objectID: 'mine' }));
      assert.equal((await send()).object.objectID, 'mine');
    });

    it('by a new ID where a flow of a script says no more than that', async () => {
      await onCloud({ ...auto, objectID: undefined, objectIDType: 'unique' });
      assert.notEqual((await send({ payload: 'hello', object: given })).object.objectID, 'given');
    });

    it('by a new ID wherever that is chosen', async () => {
      await onCloud({ ...auto, objectIDType: 'unique' });
      assert.notEqual((await send({ payload: 'hello', object: given })).object.objectID, 'given');
    });
  });

  it('activates an object', async () => {
    await onCloud({ inactive: 'true', inactiveType: 'bool' });
    await send();
    await deploy(wholeFlow(services, sendingFlow({ action: 'activate' })), 'nodes');
    const { object, outcome } = await send({});
    assert.equal(outcome, 'activated');
    assert.equal(object.inactive, false);
  });

  it('deletes an object', async () => {
    await onCloud({});
    await send();
    await deploy(wholeFlow(services, sendingFlow({ action: 'delete' })), 'nodes');
    assert.equal((await send({})).outcome, 'deleted');
    await assert.rejects((await clientOf('css')).getObjectMetadata({ objectType: 'rules', objectID: 'r1' }), {
      code: 'SYNC_NOT_FOUND',
    });
  });

  it('says of an edge that is not registered what to look at, and nothing of logs', async () => {
    await onCloud({ ...listIn('to') });
    const statuses = statusesOf('out');
    const { code, message } = await failure({ payload: 'x', to: ['gateway:ghost'] });
    assert.equal(code, 'SYNC_UNKNOWN_DESTINATION');
    assert.match(message, /no edge gateway:ghost is registered/);
    const text = '@edge-sync/node-red/sync-service:sync-service.fault.SYNC_UNKNOWN_DESTINATION';
    assert.ok(statuses.some((status) => status.text === text));
  });

  it('says what happened in its status, in the language of the editor', async () => {
    await onCloud({});
    const shown = statusesOf('out');
    await send();
    await until('it says whom it reaches', () => shown.at(-1)?.text === toNobody.text);
    // On a machine that stands still meanwhile also how far it is, and that it is published.
    const also = [/ %$/, /^sync-out\.outcome\.published$/];
    assert.deepEqual(
      shown.map(({ text }) => text).filter((text) => !also.some((each) => each.test(text ?? ''))),
      ['r1', toNobody.text],
    );
  });
});
