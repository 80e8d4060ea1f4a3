import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Node, NodeMessageInFlow, NodeStatus } from 'node-red';
import { handleInput } from '../../nodes/common/input';
import { StatusLine } from '../../nodes/common/status';
import { Intake } from '../../nodes/sync-in/intake';
import { ServiceConnection } from '../../nodes/sync-service/connection';
import type { SyncServiceClient } from '../../src/client';
import { settle } from '../support/manual-clock';
import { metadataOf } from '../support/metadata';
import { type GivenAnswer, type Recorder, record } from '../support/recorder';
import { translate } from '../support/texts';
import { until } from '../support/until';

const object = metadataOf({ objectType: 'rules', objectID: 'r1' });

/** The part of a node in Node-RED that nodes with an input rely on. */
class FakeNode extends EventEmitter {
  readonly statuses: NodeStatus[] = [];
  readonly done: unknown[] = [];

  status(status: NodeStatus): void {
    this.statuses.push(status);
  }

  give(payload: string): void {
    const send = (): void => undefined;
    this.emit('input', { payload }, send, (error: unknown) => this.done.push(error));
  }

  close(): void {
    this.emit('close');
  }
}

describe('a node that closes', () => {
  let service: Recorder;
  let connection: ServiceConnection;
  let answer: (path: string | undefined) => GivenAnswer | Promise<GivenAnswer>;

  beforeEach(async () => {
    answer = () => ({ body: '[]' });
    service = await record('CSS', ({ path }) => answer(path));
    const { client } = service;
    connection = new ServiceConnection(async () => ({ client, release: () => undefined }));
  });
  afterEach(async () => {
    await connection.close();
    await service.close();
  });

  const use = (handler: Parameters<typeof handleInput>[2]): FakeNode => {
    const node = new FakeNode();
    connection.register(node);
    const asNode = node as unknown as Node;
    handleInput(asNode, connection, handler, new StatusLine({ _: translate }, asNode));
    return node;
  };

  it('lets what is under way end before its connection is closed', async () => {
    answer = () => ({});
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const node = use(async (message) => {
      const client = await connection.client();
      await held;
      await client.publish(object, String(message.payload));
      return message;
    });
    node.give('hello');
    await pause(20);
    node.close();
    finish();
    await until('the message is done with', () => node.done.length === 1);
    assert.deepEqual(node.done, [undefined]);
    await assert.rejects(service.client.getHealth(), { code: 'SYNC_CLOSED' });
  });

  it('has let go of what it stood on before that is opened again, also where it could not before', async () => {
    const said: string[] = [];
    let letGo: () => void = () => undefined;
    const releases = [
      () => Promise.reject(new Error('the disk is full')),
      () =>
        new Promise<void>((resolve) => {
          letGo = resolve;
        }),
      () => Promise.resolve(),
    ];
    const client = { close: () => Promise.resolve() } as unknown as SyncServiceClient;
    const shared = new ServiceConnection(async () => {
      said.push('opened');
      return { client, release: releases.shift() ?? (() => undefined) };
    });
    for (let times = 0; times < 2; times += 1) {
      const user = {};
      shared.register(user);
      await shared.client();
      shared.deregister(user);
      await settle();
    }
    const last = {};
    shared.register(last);
    await settle();
    assert.deepEqual(said, ['opened', 'opened']);
    letGo();
    await shared.client();
    assert.deepEqual(said, ['opened', 'opened', 'opened']);
    shared.deregister(last);
    await assert.rejects(shared.close(), /the disk is full/);
  });

  it('has no more to say in its status, which is that of its successor', async () => {
    let fail: (error: Error) => void = () => undefined;
    const node = use(
      () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    );
    node.give('hello');
    node.close();
    fail(new Error('late'));
    await until('the message is done with', () => node.done.length === 1);
    assert.deepEqual(node.statuses.slice(1), []);
  });

  it('ends its wait for a delivery, and no other', async () => {
    answer = (path) => (path?.endsWith('/destinations') ? { body: '[]' } : { body: JSON.stringify(object) });
    const outcomes: string[] = [];
    const wait = async (message: NodeMessageInFlow, closing: AbortSignal): Promise<NodeMessageInFlow> => {
      try {
        const client = await connection.client();
        await client.waitForDelivery(object, 'delivered', { patience: 60_000, signal: closing });
      } catch (error) {
        outcomes.push(`${String(message.payload)} ${(error as { code?: string }).code}`);
        throw error;
      }
      return message;
    };
    const [one, other] = [1, 2].map(() => use((message, closing) => wait(message, closing)));
    one?.give('one');
    other?.give('other');
    await until('the service is asked', () => service.seen.length > 0);
    one?.close();
    await until('the wait has ended', () => outcomes.length === 1);
    assert.deepEqual(outcomes, ['one SYNC_ABORTED']);
    const before = service.seen.length;
    await until('the other goes on', () => service.seen.length > before);
    assert.equal(outcomes.length, 1);
    other?.close();
    await until('the wait has ended', () => outcomes.length === 2);
  });

  it('listens for its end without a warning, however many messages it has in hand', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const node = use(
      (message, closing) =>
        new Promise((resolve) => {
          closing.addEventListener('abort', () => resolve(message));
        }),
    );
    for (let count = 0; count < 50; count += 1) node.give('hello');
    node.close();
    await until('all are done with', () => node.done.length === 50);
    process.off('warning', onWarning);
    assert.deepEqual(warnings, []);
  });

  it('has its acknowledgements on delivery answered', async () => {
    let answered: () => void = () => undefined;
    const held = new Promise<GivenAnswer>((resolve) => {
      answered = () => resolve({});
    });
    answer = (path) => {
      if (path?.endsWith('/consumed')) return held;
      return { body: JSON.stringify(path?.endsWith('/rules/r1') ? object : [object]) };
    };
    const errors: unknown[] = [];
    const intake = new Intake(connection, {
      nodeID: 'in',
      service: 'ess',
      receiver: {},
      acknowledge: 'delivery',
      isDone: () => false,
      send: () => undefined,
      onState: () => undefined,
      onUnopened: (error) => errors.push(error),
      onError: (error) => errors.push(error),
    });
    connection.register(intake);
    await intake.subscribe(['rules']);
    await until('it acknowledges', () => service.seen.some(({ path }) => path?.endsWith('/consumed')));
    intake.close();
    const settled = intake.settled().then(() => connection.deregister(intake));
    assert.equal(await Promise.race([settled, pause(100, 'waits')]), 'waits');
    answered();
    await settled;
    assert.deepEqual(errors, []);
  });
});
