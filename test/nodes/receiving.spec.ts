import assert from 'node:assert/strict';
import type { Node, NodeMessageInFlow } from 'node-red';
import helper from 'node-red-node-test-helper';
import { stringifyExactJson } from '../../src/protocol/exact-json';
import { clientOf } from '../support/clients';
import {
  flowOf,
  give,
  next,
  receivingFlow,
  run,
  sendingFlow,
  services,
  statusesOf,
  withNodeRed,
} from '../support/flow';
import { metadataOf } from '../support/metadata';
import { record } from '../support/recorder';
import { edgeNode } from '../support/service-nodes';
import { until } from '../support/until';

interface Delivery {
  attempt: number;
  redelivered: boolean;
  receiver: string;
  givenUp?: boolean;
  error?: { code: string; message: string };
}

/** All messages that reach a node from now on. */
function heard(id: string): (NodeMessageInFlow & { delivery: Delivery; object: { instanceID: string } })[] {
  const messages: NodeMessageInFlow[] = [];
  (helper.getNode(id) as unknown as Node).on('input', (message) => messages.push(message));
  return messages as ReturnType<typeof heard>;
}

const consumer = (fields: object): ReturnType<typeof flowOf> => [
  { id: 'say', type: 'sync-consume', z: 'tab', service: 'ess', wires: [['said']], ...fields },
  { id: 'said', type: 'helper', z: 'tab' },
];
/** A sync-in whose messages are only listened to. */
const alone = (fields: object = {}): ReturnType<typeof flowOf> => [
  ...receivingFlow({ receive: { wires: [['got'], ['got'], ['given-up']], ...fields } }),
  ...flowOf('got', 'given-up'),
];

describe('a flow that receives', () => {
  withNodeRed();
  const publish = (): void => give('out', { payload: 'hello' });
  const listed = async (): Promise<number> => (await (await clientOf('ess')).listUpdates('rules')).length;

  it('may only look: nobody waits for it, and it gets each version once', async () => {
    const look = {
      id: 'looks',
      type: 'sync-in',
      z: 'tab',
      service: 'ess',
      objectTypes: 'rules',
      interval: '0.02',
    };
    await run(services, sendingFlow({ waitFor: 'consumed' }), receivingFlow(), [
      { ...look, acknowledge: 'look', wires: [['seen'], ['seen'], []] },
      ...flowOf('seen'),
    ]);
    const seen = heard('seen');
    const sent = next('sent');
    publish();
    assert.equal((await sent).outcome, 'consumed');
    await until('it has seen the object', () => seen.length > 0);
    assert.equal(seen.length, 1);
  });

  it('has the object beside the payload, which a flow may change as it likes', async () => {
    await run(services, sendingFlow({ waitFor: 'consumed' }), alone(), consumer({}));
    (helper.getNode('got') as unknown as Node).on('input', (message) => {
      (message.payload as { objectID: string }).objectID = 'another';
      give('say', message);
    });
    const said = next('said');
    const sent = next('sent');
    publish();
    assert.equal(((await said).object as { objectID: string }).objectID, 'r1');
    assert.equal((await sent).outcome, 'consumed');
  });

  it('gives an object back for a time, at no attempt', async () => {
    await run(services, sendingFlow(), alone(), consumer({ mark: 'giveBack', after: '0.05' }));
    const got = heard('got');
    publish();
    await until('it came', () => got.length === 1);
    const said = next('said');
    give('say', got[0] ?? {});
    assert.equal((await said).outcome, 'given back');
    await until('it came again', () => got.length === 2);
    assert.deepEqual(
      got.map(({ delivery }) => [delivery.attempt, delivery.redelivered]),
      [
        [1, false],
        [1, true],
      ],
    );
  });

  it('rejects an object until it changes', async () => {
    await run(services, sendingFlow(), alone({ redeliverAfter: '0.05' }), consumer({ mark: 'reject' }));
    const got = heard('got');
    publish();
    await until('it came', () => got.length === 1);
    const said = next('said');
    give('say', got[0] ?? {});
    assert.equal((await said).outcome, 'rejected');
    const count = got.length;
    publish();
    await until('the next version came', () => got.at(-1)?.object.instanceID !== got[0]?.object.instanceID);
    assert.equal(got.length, count + 1);
  });

  it('cannot give back what no sync-in has handed out', async () => {
    await run(services, sendingFlow(), consumer({ mark: 'giveBack' }));
    const caught = next('caught');
    give('say', { object: { objectType: 'rules', objectID: 'unknown' } });
    assert.equal(((await caught).error as { code: string }).code, 'SYNC_NOT_IN_FLOW');
  });

  it('consumes what sync-fetch failed on, by a Catch node: the last word counts', async () => {
    const fetch = { output: 'json', wires: [[]] };
    const caught = sendingFlow().map((node) =>
      node.type === 'catch' ? { ...node, scope: ['fetch'], wires: [['consume']] } : node,
    );
    await run(services, caught, receivingFlow({ fetch, receive: { wires: [['fetch'], [], []] } }));
    const consumed = next('consumed');
    publish();
    assert.equal((await consumed).outcome, 'consumed');
    assert.equal(await listed(), 0);
  });

  it('gets the version that mends a failed one at once', async () => {
    const fetch = { output: 'json' };
    await run(services, sendingFlow(), receivingFlow({ fetch, receive: { redeliverAfter: '600' } }));
    const caught = next('caught');
    publish();
    assert.equal(((await caught).error as { code: string }).code, 'SYNC_NOT_JSON');
    const consumed = next('consumed');
    give('out', { payload: '{"good":true}' });
    assert.deepEqual((await consumed).payload, { good: true });
  });

  it('gets an object by the third output once it is given up, with the failure; and again when it is tried again', async () => {
    const again = { id: 'again', type: 'sync-admin', z: 'tab', service: 'ess', action: 'tryAgain' };
    await run(
      services,
      sendingFlow(),
      receivingFlow({
        fetch: { output: 'json' },
        receive: { maxAttempts: '2', redeliverAfter: '0.05', wires: [['fetch', 'got'], [], ['given-up']] },
      }),
      flowOf('got', 'given-up', 'tried'),
      [{ ...again, objectType: 'rules', objectTypeType: 'str', wires: [['tried']] }],
    );
    const status = statusesOf('in');
    const [got, givenUp] = [heard('got'), heard('given-up')];
    publish();
    await until('it is given up', () => givenUp.length === 1);
    const [message] = givenUp;
    assert.deepEqual(
      [message?.delivery.givenUp, message?.delivery.attempt, message?.delivery.error?.code],
      [true, 2, 'SYNC_NOT_JSON'],
    );
    assert.equal(message?.topic, 'rules/r1');
    await until('the status says so', () => status.at(-1)?.text === '1 given up: see the third output');
    const count = got.length;
    assert.equal(count, 2);
    give('again', {});
    await until('it is tried again', () => got.length > count);
    assert.equal(got[count]?.delivery.attempt, 1);
    await until('it is given up again', () => givenUp.length === 2);
  });

  it('may rename what it got: the object comes again after its time, and is given up in the end', async () => {
    await run(services, sendingFlow(), alone({ redeliverAfter: '0.05', maxAttempts: '3' }));
    const [got, givenUp] = [heard('got'), heard('given-up')];
    (helper.getNode('got') as unknown as Node).on('input', (message) => {
      (message as unknown as { object: { objectID: string } }).object.objectID = 'renamed';
    });
    publish();
    await until('it is given up', () => givenUp.length === 1);
    assert.equal(got.length, 3);
    assert.equal(givenUp[0]?.topic, 'rules/r1');
  });

  it('may drop msg.delivery beside another: both have their say', async () => {
    const second = {
      id: 'in2',
      type: 'sync-in',
      z: 'tab',
      service: 'ess',
      objectTypes: 'rules',
      interval: '0.02',
    };
    await run(services, sendingFlow(), alone(), consumer({}), [
      { ...second, wires: [['got2'], [], []] },
      ...flowOf('got2'),
    ]);
    const [first, other] = [next('got'), next('got2')];
    publish();
    const { object } = await first;
    await other;
    const status = statusesOf('say');
    const said = heard('said');
    give('say', { object });
    await until('it waits for the other', () => status.some(({ text }) => text?.includes('waiting for')));
    assert.equal(await listed(), 1);
    give('say', { object });
    await until('both are told', () => said.length === 2);
    assert.equal(await listed(), 0);
  });

  it('acknowledges away what has expired, where it is told to', async () => {
    const expired = metadataOf({ objectType: 'rules', objectID: 'r1', expiration: '2001-01-01T00:00:00Z' });
    const service = await record('ESS', ({ method, path }) => {
      if (method === 'PUT') return {};
      const isList = path?.endsWith('/rules');
      return { body: stringifyExactJson(isList ? [expired] : expired) };
    });
    await run([edgeNode(service.client.address)], alone({ acknowledgeExpired: true }));
    const got = heard('got');
    await until('it is acknowledged', () =>
      service.seen.some(({ method, path }) => method === 'PUT' && path?.endsWith('/rules/r1/consumed')),
    );
    assert.deepEqual(got, []);
    await helper.unload();
    await service.close();
  });
});
