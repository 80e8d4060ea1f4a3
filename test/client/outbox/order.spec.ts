import assert from 'node:assert/strict';
import type { Outbox, OutboxLimits } from '../../../src/client';
import { failure as diskFailure } from '../../support/memory-disk';
import { Ground } from './ground';
import { down, failure } from './scripted-service';

const object = { objectType: 't', objectID: 'o' };

const steps = {
  publish: (outbox: Outbox, count: number) => outbox.put(object, `data ${count}`),
  create: (outbox: Outbox) => outbox.put({ ...object, noData: true }),
  fields: (outbox: Outbox) => outbox.put({ ...object, metaOnly: true }),
  data: (outbox: Outbox, count: number) => outbox.putData(object, `data ${count}`),
  activate: (outbox: Outbox) => outbox.activate(object),
  delete: (outbox: Outbox) => outbox.delete(object),
};

type Step = keyof typeof steps;

describe('the order of an outbox', () => {
  /** An outbox that waits for its service, with some steps put one after the other. */
  async function waiting(ground: Ground, put: readonly Step[], limits: OutboxLimits = {}): Promise<Outbox> {
    ground.service.answer = down;
    const outbox = await ground.open(limits);
    await outbox.put({ objectType: 't', objectID: 'other' }, 'x');
    await ground.pass();
    for (const [index, step] of put.entries()) await steps[step](outbox, index);
    return outbox;
  }

  const left = (outbox: Outbox): string[] =>
    outbox.entries().flatMap(({ action, id, objectID }) => (objectID === 'o' ? `${action} ${id}` : []));

  const cases: [put: Step[], left: string[]][] = [
    [['publish', 'publish'], ['publish 3']],
    [['create', 'data', 'activate', 'fields', 'publish'], ['publish 6']],
    [['publish', 'create'], ['metadata 3']],
    [
      ['publish', 'fields', 'fields'],
      ['publish 2', 'metadata 4'],
    ],
    [
      ['create', 'data', 'fields', 'data'],
      ['metadata 2', 'metadata 4', 'data 5'],
    ],
    [
      ['publish', 'activate', 'activate'],
      ['publish 2', 'activate 4'],
    ],
    [['publish', 'fields', 'activate', 'delete'], ['delete 5']],
    [
      ['delete', 'publish'],
      ['delete 2', 'publish 3'],
    ],
    [
      ['publish', 'delete', 'publish', 'publish'],
      ['delete 3', 'publish 5'],
    ],
    [['delete', 'publish', 'delete'], ['delete 4']],
  ];
  for (const [put, wanted] of cases) {
    it(`latest wins: of ${put.join(', ')} is left ${wanted.join(', ')}, also after a power cut`, async () => {
      const ground = new Ground();
      const outbox = await waiting(ground, put);
      assert.deepEqual(left(outbox), wanted);
      ground.crash();
      assert.deepEqual(left(await ground.open()), wanted);
    });
  }

  it('every one: nothing is taken away', async () => {
    const ground = new Ground();
    const put: Step[] = ['publish', 'delete', 'publish', 'publish', 'fields', 'fields'];
    const outbox = await waiting(ground, put, { order: 'every one' });
    assert.equal(left(outbox).length, put.length);
    ground.service.answer = () => undefined;
    await ground.pass(120_000);
    assert.deepEqual(
      ground.service.asked.filter((asked) => asked.includes('t/o') && !asked.includes('other')),
      [
        'publish t/o data 0',
        'look t/o',
        'delete t/o',
        'publish t/o data 2',
        'publish t/o data 3',
        'metadata t/o',
        'metadata t/o',
      ],
    );
    await ground.close(outbox);
  });

  it('is that of each object: one that has large data is not overtaken while that is kept', async () => {
    const ground = new Ground();
    const outbox = await ground.open({ order: 'every one' });
    const large = outbox.put(object, Buffer.alloc(200_000));
    const small = outbox.put(object, 'small');
    const [first, second] = await Promise.all([large, small]);
    assert.ok(first.id < second.id);
    await ground.pass(1_000);
    assert.deepEqual(ground.service.asked, ['publish t/o 200000 bytes', 'publish t/o small']);
    await ground.close(outbox);
  });

  it('takes away nothing that is being sent, but what has failed and is needless now', async () => {
    const ground = new Ground();
    const outbox = await ground.open();
    let fail: (error: unknown) => void = () => undefined;
    ground.service.answer = () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      });
    const first = await outbox.put(object, 'one');
    await ground.pass();
    await outbox.put(object, 'two');
    assert.deepEqual(left(outbox), ['publish 1', 'publish 2']);
    ground.service.answer = () => undefined;
    fail(failure('SYNC_SERVER_ERROR', 500));
    assert.equal((await outbox.whenEnded(first)).outcome, 'replaced');
    await ground.pass(2_000);
    assert.deepEqual(ground.service.asked, ['publish t/o one', 'publish t/o two']);
    await ground.close(outbox);
  });

  it('does not send first what waits for its hours of the day, and has sent nothing, where a later one comes', async () => {
    for (const hasSent of [false, true]) {
      const ground = new Ground();
      const outbox = await ground.open();
      let finish: () => void = () => undefined;
      ground.service.answer = () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        });
      const first = await outbox.put(object, Buffer.alloc(300_000, 'a'));
      await ground.pass();
      ground.service.listeners[0]?.onWait?.('window');
      if (hasSent) ground.service.listeners[0]?.onProgress?.(1, 300_000);
      await outbox.put(object, Buffer.alloc(300_000, 'b'));
      await ground.pass(1_000);
      assert.equal(ground.service.asked.length, hasSent ? 1 : 2);
      ground.service.listeners[0]?.onWait?.(undefined);
      ground.service.answer = () => undefined;
      finish();
      await ground.pass(3_000);
      assert.equal((await outbox.whenEnded(first)).outcome, hasSent ? 'sent' : 'replaced');
      assert.equal(ground.service.asked.length, 2);
      assert.equal(String(ground.service.data.subarray(0, 1)), 'b');
      await ground.close(outbox);
    }
  });

  for (const order of ['latest wins', 'every one'] as const) {
    const what = order === 'latest wins' ? 'does not send again' : 'sends all the same';
    it(`${order}: ${what} what somebody else has published anew while it waited`, async () => {
      const ground = new Ground();
      const outbox = await ground.open({ order });
      let isSuperseded = true;
      ground.service.answer = () => {
        if (isSuperseded) throw failure('SYNC_SUPERSEDED');
      };
      const entry = await outbox.put(object, 'one');
      await ground.pass(1_000);
      isSuperseded = false;
      await ground.pass(10_000);
      const { outcome, reason } = await outbox.whenEnded(entry);
      const isSent = order === 'every one';
      assert.deepEqual(
        [outcome, reason?.code, ground.service.asked.length > 1],
        [isSent ? 'sent' : 'replaced', isSent ? undefined : 'SYNC_SUPERSEDED', isSent],
      );
      assert.equal(outbox.state.waiting, 0);
      await ground.close(outbox);
    });
  }

  it('deletes what is there, and nothing twice: a second deletion would undo the first', async () => {
    const ground = new Ground();
    const outbox = await ground.open();
    ground.service.object = { deleted: true };
    await outbox.delete(object);
    await ground.pass(1_000);
    ground.service.object = undefined;
    await outbox.delete(object);
    await ground.pass(1_000);
    assert.deepEqual(ground.service.asked, ['look t/o', 'look t/o']);
    assert.deepEqual(ground.told, ['sent 1', 'sent 2']);
    await ground.close(outbox);
  });

  it('has a dead letter that is retried before what came later', async () => {
    const ground = new Ground();
    const outbox = await ground.open({ order: 'every one' });
    ground.service.answer = () => {
      throw failure('SYNC_REJECTED', 400, 'no');
    };
    const entry = await outbox.put(object, 'one');
    await ground.pass();
    ground.service.answer = down;
    await outbox.put(object, 'two');
    await outbox.put(object, 'three');
    await ground.pass();
    await outbox.retry(entry);
    ground.service.answer = () => undefined;
    ground.service.asked.length = 0;
    await ground.pass(120_000);
    const [first, ...others] = ground.service.asked;
    assert.ok(first === 'publish t/o one' || others[0] === 'publish t/o one', ground.service.asked.join());
    assert.equal(others.at(-1), 'publish t/o three');
    await ground.close(outbox);
  });

  it('has no use for a dead letter that is retried when a later one waits that makes it needless', async () => {
    const ground = new Ground();
    const outbox = await ground.open();
    ground.service.answer = () => {
      throw failure('SYNC_REJECTED', 400, 'no');
    };
    const entry = await outbox.put(object, 'one');
    await ground.pass();
    ground.service.answer = down;
    await outbox.put(object, 'two');
    await outbox.retry(entry);
    assert.equal((await outbox.whenEnded(entry)).outcome, 'replaced');
    assert.deepEqual(left(outbox), ['publish 2']);
    await ground.close(outbox);
    assert.deepEqual(left(await ground.open()), ['publish 2']);
  });

  const hangs = (): Promise<void> => new Promise(() => undefined);
  const isFull = (): Promise<void> => Promise.reject(diskFailure('ENOSPC', 'write', '00000001.log'));
  for (const [what, fails, isNeeded] of [
    ['hangs on one of its files', hangs, true],
    ['is full for one of its files', isFull, true],
    ['is full for one of its files, and another is of no use any more', isFull, false],
  ] as const) {
    it(`is that of each object, also where a process dies while the disk ${what}`, async () => {
      const ground = new Ground();
      const { asked } = ground.service;
      const isOfOther = (each: string): boolean => each.includes('/other');
      let answer: () => void = () => undefined;
      ground.service.answer = (each) => {
        if (isOfOther(each)) throw failure('SYNC_REJECTED', 409);
        return each.startsWith('publish t/o ') ? new Promise((resolve) => (answer = resolve)) : undefined;
      };
      const limits = { bytes: 1_048_576 };
      const outbox = await ground.open(limits);
      const other = (name: string, size: number): Promise<unknown> =>
        outbox.put({ objectType: 't', objectID: `other${name}` }, Buffer.alloc(size));
      await outbox.put(object, 'x');
      // The deletion stands in another file; the first one stays for the others.
      for (const name of ['1', '2', '3']) await other(name, 30_000);
      await outbox.delete(object);
      if (isNeeded) await other('4', 1);
      else
        for (const objectID of ['5', '6', '7'])
          await outbox.put({ objectType: 't', objectID }, Buffer.alloc(30_000));
      await ground.pass(1_000);
      // Both are done with while the disk is busy.
      let goOn: () => void = () => undefined;
      const busy = new Promise<void>((resolve) => (goOn = resolve));
      ground.disk.before = () => busy;
      void other('8', 1).catch(() => undefined);
      await ground.pass(100);
      answer();
      await ground.pass(500);
      assert.equal(asked.filter((each) => !isOfOther(each)).at(-1), 'delete t/o');
      ground.disk.before = ({ name, path }) =>
        name === 'write' && path.includes('00000001.log') ? fails() : undefined;
      goOn();
      await ground.pass(5_000);
      ground.kill();
      asked.length = 0;
      ground.service.answer = (each) => {
        if (isOfOther(each)) throw failure('SYNC_REJECTED', 409);
      };
      const after = await ground.open(limits);
      await ground.pass(5_000);
      const again = asked.filter((each) => !isOfOther(each));
      assert.ok(!again.at(-1)?.startsWith('publish'), again.join());
      await ground.close(after);
    });
  }
});
