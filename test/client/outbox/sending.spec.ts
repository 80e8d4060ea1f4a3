import assert from 'node:assert/strict';
import type { OutboxEnd } from '../../../src/client';
import { Ground } from './ground';
import { down } from './scripted-service';

function object(objectID: string): { objectType: string; objectID: string } {
  return { objectType: 't', objectID };
}

describe('an outbox sends', () => {
  it('each action as the client does it, and tells how it ended', async () => {
    const ground = new Ground();
    const outbox = await ground.open();
    await outbox.put({ ...object('a'), version: '1' }, 'data of a');
    await outbox.put({ ...object('b'), noData: true });
    await outbox.putData(object('c'), Buffer.from('data of c'));
    await outbox.activate(object('d'));
    await outbox.delete(object('e'));
    await ground.pass(1_000);
    assert.deepEqual(ground.service.asked, [
      'publish t/a data of a',
      'metadata t/b',
      'data t/c data of c',
      'activate t/d',
      'look t/e',
      'delete t/e',
    ]);
    assert.deepEqual(ground.service.metadata, [
      { ...object('a'), version: '1' },
      { ...object('b'), noData: true },
    ]);
    assert.deepEqual(ground.told.toSorted(), ['sent 1', 'sent 2', 'sent 3', 'sent 4', 'sent 5']);
    const { phase, waiting, ended } = outbox.state;
    assert.deepEqual({ phase, waiting, sent: ended.sent }, { phase: 'idle', waiting: 0, sent: 5 });
    await ground.close(outbox);
  });

  it('and has an end for who asks before that is on the disk', async () => {
    const ground = new Ground();
    const outbox = await ground.open();
    const entry = await outbox.put({ objectType: 't', objectID: 'o' }, 'x');
    let end: Promise<OutboxEnd> | undefined;
    outbox.onState(({ waiting }) => {
      if (waiting === 0) end ??= outbox.whenEnded(entry);
    });
    await ground.pass(10);
    assert.equal((await end)?.outcome, 'sent');
    await ground.close(outbox);
  });

  it('small data beside large, however long that takes or waits on our side', async () => {
    for (const atOnce of [1, 3]) {
      const ground = new Ground();
      const releases: (() => void)[] = [];
      ground.service.answer = (asked) =>
        asked.includes('bytes') ? new Promise<void>((resolve) => releases.push(resolve)) : undefined;
      const outbox = await ground.open({ atOnce, rate: 1_000 });
      const large = Buffer.alloc(262_145);
      for (const name of ['a', 'b', 'c']) await outbox.put(object(name), large);
      await ground.pass(100);
      const begun = Math.max(1, atOnce - 1);
      assert.equal(releases.length, begun);
      for (const name of ['x', 'y', 'z']) await outbox.put(object(name), 'small');
      await ground.pass(100);
      assert.equal(outbox.state.ended.sent, atOnce > 1 ? 3 : 0);
      assert.equal(outbox.state.waitsFor, undefined);
      ground.service.listeners[0]?.onWait?.('window');
      await ground.pass(100);
      assert.deepEqual([outbox.state.ended.sent, outbox.state.waitsFor], [3, 'window']);
      assert.equal(releases.length, begun, 'what waits is no more than that');
      ground.service.listeners[0]?.onWait?.(undefined);
      for (let sent = 0; sent < 3; sent += 1) {
        await ground.pass(100);
        releases[sent]?.();
      }
      await ground.pass(100);
      assert.deepEqual([outbox.state.ended.sent, outbox.state.waitsFor], [6, undefined]);
      await ground.close(outbox);
    }
  });

  it('after a restart what was kept before', async () => {
    const ground = new Ground();
    ground.service.answer = down;
    const before = await ground.open();
    await before.put(object('a'), 'one');
    await before.put(object('b'), 'two');
    ground.crash();
    ground.service.asked.length = 0;
    ground.service.answer = () => undefined;
    const outbox = await ground.open();
    assert.deepEqual(
      outbox.entries().map(({ id, state, objectID }) => ({ id, state, objectID })),
      [
        { id: 1, state: 'waiting', objectID: 'a' },
        { id: 2, state: 'waiting', objectID: 'b' },
      ],
    );
    await ground.pass(3_000);
    assert.deepEqual(ground.service.asked, ['publish t/a one', 'publish t/b two']);
    await ground.close(outbox);
    ground.crash();
    const after = await ground.open();
    assert.deepEqual(after.entries(), []);
    await ground.close(after);
    // Nothing of the first two is left by now.
    const last = await ground.open();
    const { id } = await last.put(object('c'), 'three');
    assert.equal(id, 3);
    await ground.close(last);
  });

  it('nothing again that it has told as sent, also after a power cut', async () => {
    for (let round = 0; round < 20; round += 1) {
      const ground = new Ground();
      for (let draw = 0; draw < round; draw += 1) ground.random.next();
      const outbox = await ground.open();
      let crashed = false;
      outbox.onEnd(() => {
        if (!crashed) ground.crash();
        crashed = true;
      });
      await outbox.put(object('a'), 'one');
      await ground.pass(100);
      assert.ok(crashed);
      assert.deepEqual((await ground.open()).entries(), [], `round ${round}`);
    }
  });
});
