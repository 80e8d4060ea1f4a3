import assert from 'node:assert/strict';
import { fill, folder, Ground } from './ground';
import { failure } from './scripted-service';

async function* endless(first: Buffer): AsyncGenerator<Uint8Array> {
  yield first;
  await new Promise(() => undefined);
}

describe('an outbox that is closed', () => {
  it('closes in a bounded time, whatever hangs, and sends again what it had begun', async () => {
    const ground = new Ground();
    ground.service.answer = () => new Promise(() => undefined);
    const outbox = await ground.open();
    await fill(outbox, 3);
    await ground.pass(1_000);
    let isClosed = false;
    const waiting = assert.rejects(outbox.whenEnded({ id: 1 }), { code: 'SYNC_CLOSED' });
    void outbox.close().then(() => {
      isClosed = true;
    });
    await ground.pass(1_900);
    assert.equal(isClosed, false);
    await ground.pass(200);
    assert.equal(isClosed, true);
    await waiting;
    assert.equal(outbox.state.phase, 'closed');
    assert.equal(ground.disk.openFiles, 0);
    assert.equal(ground.clock.waiting, 0);
    await assert.rejects(outbox.put({ objectType: 't', objectID: 'o' }, 'x'), { code: 'SYNC_CLOSED' });
    ground.service.answer = () => undefined;
    const after = await ground.open();
    assert.equal(after.state.waiting, 3);
    await ground.pass(3_000);
    assert.equal(ground.told.length, 3);
    await ground.close(after);
  });

  it('drops and retries nothing once it is closed: what is on the disk is sent all the same', async () => {
    const ground = new Ground();
    ground.service.answer = (asked) => {
      throw asked.includes('o0') ? failure('SYNC_REJECTED', 400, 'no') : failure('SYNC_UNREACHABLE');
    };
    const outbox = await ground.open();
    await fill(outbox, 2);
    await ground.pass(500);
    const [refused, waiting] = [outbox.deadLetters()[0], outbox.entries()[0]];
    assert.ok(refused && waiting);
    await ground.close(outbox);
    await assert.rejects(outbox.drop(waiting), { code: 'SYNC_CLOSED' });
    await assert.rejects(outbox.retry(refused), { code: 'SYNC_CLOSED' });
    assert.equal(outbox.state.ended.dropped, 0);
    const after = await ground.open();
    assert.deepEqual([after.state.waiting, after.state.deadLetters], [1, 1]);
    await ground.close(after);
  });

  it('closes in a bounded time, though the data of what is being sent cannot be read', async () => {
    // In one request, and as a stream.
    for (const bytes of [100_000, 300_000]) {
      const ground = new Ground();
      const outbox = await ground.open();
      let hangs = 0;
      ground.disk.before = ({ name, path }) => {
        if (name !== 'read' || !path.startsWith(`${folder}/data/`)) return undefined;
        hangs += 1;
        return new Promise(() => undefined);
      };
      await ground.inTime(outbox.put({ objectType: 't', objectID: 'o' }, Buffer.alloc(bytes)));
      await ground.pass(1_000);
      assert.equal(hangs, 1, String(bytes));
      let isClosed = false;
      void outbox.close().then(() => {
        isClosed = true;
      });
      await ground.pass(2_100);
      assert.equal(isClosed, true, String(bytes));
    }
  });

  it('closes in a bounded time, though nobody answers whether it is the object that is forbidden', async () => {
    for (const hangs of ['health', 'list t']) {
      const ground = new Ground();
      ground.service.answer = (asked) => {
        if (asked === hangs) return new Promise(() => undefined);
        throw failure('SYNC_UNAUTHORIZED', 403);
      };
      const outbox = await ground.open();
      await fill(outbox, 1);
      await ground.pass(1_000);
      assert.equal(ground.service.asked.at(-1), hangs);
      let isClosed = false;
      void outbox.close().then(() => {
        isClosed = true;
      });
      await ground.pass(2_100);
      assert.equal(isClosed, true, hangs);
      ground.service.answer = () => undefined;
      const after = await ground.open();
      assert.deepEqual([after.state.waiting, after.state.deadLetters], [1, 0]);
      await ground.close(after);
    }
  });

  it('closes in a bounded time, though data that is put does not come: its put fails, and nothing is left of it', async () => {
    const ground = new Ground();
    const outbox = await ground.open();
    const hanging = { stream: () => endless(Buffer.alloc(100_000)), size: 200_000 };
    const put = outbox.put({ objectType: 't', objectID: 'o' }, hanging);
    const refused = assert.rejects(put, { code: 'SYNC_CLOSED' });
    const behind = assert.rejects(outbox.put({ objectType: 't', objectID: 'o' }, 'x'), {
      code: 'SYNC_CLOSED',
    });
    const other = outbox.put({ objectType: 't', objectID: 'o2' }, 'x');
    await ground.pass(100);
    await other;
    let isClosed = false;
    void outbox.close().then(() => {
      isClosed = true;
    });
    await ground.pass(4_100);
    assert.equal(isClosed, true);
    await Promise.all([refused, behind]);
    const after = await ground.open();
    assert.equal(after.state.waiting, 0);
    await ground.close(after);
    assert.deepEqual(await ground.disk.list(`${folder}/data`), []);
  });
});
