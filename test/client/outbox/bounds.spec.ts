import assert from 'node:assert/strict';
import type { Outbox } from '../../../src/client';
import { folder, Ground } from './ground';
import { down, failure } from './scripted-service';

const bytes = 1_048_576;

describe('the bounds of an outbox', () => {
  function away(): Ground {
    const ground = new Ground();
    ground.service.answer = down;
    return ground;
  }

  const put = (outbox: Outbox, count: number, size = 1_000): ReturnType<Outbox['put']> =>
    outbox.put({ objectType: 't', objectID: `o${count}` }, Buffer.alloc(size, `${count} `));

  async function used(ground: Ground): Promise<number> {
    let sum = 0;
    for (const path of [folder, `${folder}/data`]) {
      for (const name of await ground.disk.list(path))
        sum += (await ground.disk.stat(`${path}/${name}`))?.size ?? 0;
    }
    return sum;
  }

  it('refuse what is too much, and take more once there is room', async () => {
    const ground = away();
    const outbox = await ground.open({ bytes });
    let kept = 0;
    const full = await (async () => {
      for (;;) {
        try {
          await put(outbox, kept);
          kept += 1;
        } catch (error) {
          return error as Error & { code: string };
        }
      }
    })();
    assert.deepEqual(
      [full.code, full.message],
      ['SYNC_OUTBOX_FULL', 'The outbox is full (1048576 bytes): nothing was kept'],
    );
    assert.ok(kept > 550, String(kept));
    assert.ok((await used(ground)) <= bytes);
    assert.deepEqual([outbox.state.waiting, outbox.state.isFull], [kept, true]);
    ground.service.answer = () => undefined;
    ground.client.showLife();
    await ground.pass(1_000);
    assert.equal(outbox.state.isFull, false);
    await put(outbox, kept);
    await ground.close(outbox);
    ground.crash();
    assert.equal((await ground.open()).state.waiting > 0, true);
  });

  it('refuse at once what would never fit', async () => {
    const ground = away();
    const outbox = await ground.open({ bytes, whenFull: 'drop oldest' });
    await put(outbox, 1);
    for (const size of [bytes, 900_000]) {
      await assert.rejects(put(outbox, 2, size), {
        code: 'SYNC_OUTBOX_FULL',
        message: /are more than an outbox of/,
      });
    }
    assert.deepEqual([outbox.state.waiting, outbox.state.isFull], [1, false]);
    assert.deepEqual(await ground.disk.list(`${folder}/data`), []);
    await ground.close(outbox);
  });

  it('drop the oldest where it is said so, and tell it', async () => {
    const ground = away();
    const outbox = await ground.open({ bytes, whenFull: 'drop oldest' });
    let most = 0;
    for (let count = 0; count < 3_000; count += 1) {
      await put(outbox, count);
      if (count % 50 === 0) most = Math.max(most, await used(ground));
    }
    assert.ok(most <= bytes, String(most));
    const ids = outbox.entries().map(({ id }) => id);
    assert.ok(ids.length > 550, String(ids.length));
    assert.deepEqual(
      ids.toSorted((one, other) => one - other),
      ids,
    );
    assert.equal(ids.at(-1), 3_000);
    await ground.pass();
    assert.equal(outbox.state.ended.dropped, 3_000 - ids.length);
    assert.deepEqual(ground.ends[0]?.reason?.code, 'SYNC_OUTBOX_FULL');
    ground.crash();
    const after = await ground.open();
    assert.deepEqual(
      after.entries().map(({ id }) => id),
      ids,
    );
  });

  it('hold for one object that is published again and again', async () => {
    const ground = away();
    const outbox = await ground.open({ bytes });
    let most = 0;
    const cold: number[] = [];
    for (let count = 0; count < 5_000; count += 1) {
      // Some that stay stand among those that go.
      if (count % 40 === 0) cold.push((await put(outbox, count)).id);
      await outbox.put({ objectType: 't', objectID: 'hot' }, Buffer.alloc(1_000, `${count} `));
      if (count % 50 === 0) most = Math.max(most, await used(ground));
    }
    assert.ok(most <= bytes, String(most));
    const kept = [...cold, 5_125];
    assert.deepEqual(
      outbox.entries().map(({ id }) => id),
      kept,
    );
    ground.crash();
    assert.deepEqual(
      (await ground.open({ bytes })).entries().map(({ id }) => id),
      kept,
    );
  });

  it('hold for large data, which is kept once for each content', async () => {
    const ground = away();
    const outbox = await ground.open({ bytes });
    const data = Buffer.alloc(300_000, 'x');
    for (let count = 0; count < 5; count += 1) {
      await outbox.put({ objectType: 't', objectID: `o${count}` }, data);
    }
    assert.equal((await ground.disk.list(`${folder}/data`)).length, 1);
    await assert.rejects(put(outbox, 6, 500_000), { code: 'SYNC_OUTBOX_FULL' });
    assert.equal((await ground.disk.list(`${folder}/data`)).length, 1);
    ground.crash();
    const after = await ground.open({ bytes });
    assert.equal((await ground.disk.list(`${folder}/data`)).length, 1);
    ground.service.answer = () => undefined;
    await ground.pass(3_000);
    assert.equal(ground.service.asked.filter((asked) => asked.endsWith(' 300000 bytes')).length >= 5, true);
    await ground.close(after);
    assert.deepEqual(await ground.disk.list(`${folder}/data`), []);
  });

  it('hold for data whose size nobody knows before', async () => {
    const ground = away();
    const outbox = await ground.open({ bytes });
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) yield Buffer.alloc(65_536);
    }
    await assert.rejects(outbox.put({ objectType: 't', objectID: 'o' }, { stream: endless }), {
      code: 'SYNC_OUTBOX_FULL',
    });
    assert.deepEqual(await ground.disk.list(`${folder}/data`), []);
    await put(outbox, 1, 300_000);
    await ground.close(outbox);
  });

  it('are of entries, too', async () => {
    const ground = away();
    const outbox = await ground.open({ entries: 3 });
    await Promise.all([1, 2, 3].map((count) => put(outbox, count)));
    await assert.rejects(put(outbox, 4), {
      code: 'SYNC_OUTBOX_FULL',
      message: 'The outbox is full (3 entries): nothing was kept',
    });
    await ground.close(outbox);
  });

  it('have dead letters yield to what is new', async () => {
    const ground = new Ground();
    ground.service.answer = () => {
      throw failure('SYNC_REJECTED', 400, 'no');
    };
    const outbox = await ground.open({ entries: 3 });
    for (const count of [1, 2, 3]) await put(outbox, count);
    await ground.pass(1_000);
    assert.equal(outbox.state.deadLetters, 3);
    ground.service.answer = down;
    for (const count of [4, 5, 6]) await put(outbox, count);
    assert.deepEqual([outbox.state.deadLetters, outbox.state.waiting], [0, 3]);
    await assert.rejects(put(outbox, 7), { code: 'SYNC_OUTBOX_FULL' });
    await ground.close(outbox);
  });

  it('have no more yield to large data than it needs', async () => {
    const ground = away();
    const outbox = await ground.open({ bytes, whenFull: 'drop oldest' });
    for (const count of [1, 2]) await put(outbox, count);
    for (const count of [3, 4, 5, 6]) {
      await put(outbox, count, 300_000);
      await ground.pass();
      assert.ok((await used(ground)) <= bytes, String(count));
    }
    assert.deepEqual(ground.told, ['dropped 1', 'dropped 2', 'dropped 3', 'dropped 4']);
    assert.deepEqual(
      outbox.entries().map(({ id }) => id),
      [5, 6],
    );
    await ground.close(outbox);
    assert.equal((await ground.disk.list(`${folder}/data`)).length, 2);
  });

  it('are those of the disk: nothing of large data is there before its room is free', async () => {
    const ground = away();
    const outbox = await ground.open({ bytes, whenFull: 'drop oldest' });
    for (const count of [1, 2, 3]) await put(outbox, count, 250_000);
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    ground.disk.before = ({ name, path }) => (name === 'write' && path.includes('.log') ? gate : undefined);
    const putting = put(outbox, 4, 500_000);
    await ground.pass();
    assert.equal((await ground.disk.list(`${folder}/data`)).length, 3);
    open();
    await ground.inTime(putting);
    assert.deepEqual(ground.told, ['dropped 1', 'dropped 2']);
    await ground.close(outbox);
  });

  it('have dead letters yield to large data, the oldest first, and none where that would not do', async () => {
    const ground = new Ground();
    ground.service.answer = () => {
      throw failure('SYNC_REJECTED', 413);
    };
    const outbox = await ground.open({ bytes });
    for (const count of [1, 2, 3]) await put(outbox, count, 200_000);
    await ground.pass(1_000);
    assert.equal(outbox.state.deadLetters, 3);
    ground.service.answer = down;
    await put(outbox, 4, 300_000);
    await ground.pass();
    assert.deepEqual(ground.told.slice(3), ['dropped 1']);
    await assert.rejects(put(outbox, 5, 600_000), { code: 'SYNC_OUTBOX_FULL' });
    assert.deepEqual([outbox.state.deadLetters, outbox.state.waiting], [2, 1]);
    await ground.close(outbox);
  });

  it('have room for what is kept in place of data whose upload was cut, which is no more than that it was', async () => {
    const ground = new Ground();
    ground.service.answer = () => new Promise(() => undefined);
    const limits = { bytes, atOnce: 10, rate: 1_000 };
    let outbox = await ground.open(limits);
    const objects = Array.from({ length: 10 }, (_, index) => ({ objectType: 't', objectID: `o${index}` }));
    for (const object of objects) await outbox.putData(object, Buffer.alloc(60_000, 'x'));
    await ground.pass(1_000);
    ground.kill();
    ground.service.answer = down;
    outbox = await ground.open(limits);
    for (const entry of outbox.entries()) await ground.inTime(outbox.drop(entry));
    for (const restarts of [false, true]) {
      if (restarts) {
        ground.kill();
        outbox = await ground.open(limits);
      }
      const large = await ground.inTime(put(outbox, 100, 700_000));
      assert.ok((await used(ground)) <= bytes, String(await used(ground)));
      await ground.inTime(outbox.drop(large));
    }
    ground.service.answer = () => undefined;
    for (const object of objects) await outbox.putData(object, 'short');
    ground.client.showLife();
    await ground.pass(5_000);
    for (const { objectID } of objects) {
      const asked = ground.service.asked.filter((each) => each === `data t/${objectID} short`);
      assert.equal(asked.length, 2, objectID);
    }
    await ground.close(outbox);
  });

  it('are of age: what has waited for too long is dropped, and told as expired', async () => {
    const ground = away();
    const outbox = await ground.open({ age: 300_000 });
    await put(outbox, 1);
    await ground.pass(150_000);
    await put(outbox, 2);
    await ground.pass(200_000);
    assert.deepEqual(ground.told, ['expired 1']);
    ground.crash();
    const after = await ground.open({ age: 300_000 });
    // It has waited for 200 s before.
    await ground.pass(160_000);
    assert.deepEqual(ground.told, ['expired 2']);
    assert.deepEqual(after.entries(), []);
    await ground.close(after);
  });

  it('are of age by how long something has waited, whatever the time of day jumps to', async () => {
    const ground = away();
    const outbox = await ground.open({ age: 300_000 });
    const year = 31_536_000_000;
    await put(outbox, 1);
    // A gateway without a clock of its own hears what time it is.
    ground.clock.jump(50 * year);
    await ground.pass(120_000);
    await put(outbox, 2);
    ground.clock.jump(-50 * year);
    await ground.pass(170_000);
    assert.deepEqual(ground.told, []);
    await ground.pass(70_000);
    assert.deepEqual(ground.told, ['expired 1']);
    await ground.close(outbox);
    // It was kept in what is the future now.
    const after = await ground.open({ age: 300_000 });
    await ground.pass(290_000);
    assert.deepEqual(ground.told, ['expired 1']);
    await ground.pass(70_000);
    assert.deepEqual(ground.told, ['expired 1', 'expired 2']);
    await ground.close(after);
  });

  it('are those of the objects: what has expired is not sent any more', async () => {
    const ground = away();
    const outbox = await ground.open();
    const expiration = new Date(ground.clock.now() + 10_000).toISOString();
    await outbox.put({ objectType: 't', objectID: 'o', expiration }, 'x');
    await put(outbox, 2);
    await ground.pass(11_000);
    ground.service.asked.length = 0;
    ground.service.answer = () => undefined;
    ground.client.showLife();
    await ground.pass(1_000);
    assert.deepEqual(ground.told.toSorted(), ['expired 1', 'sent 2']);
    assert.equal(ground.service.asked.length, 1);
    await ground.close(outbox);
  });

  it('are refused where they are none', async () => {
    const ground = new Ground();
    for (const limits of [
      { bytes: 1_000 },
      { entries: 0 },
      { rate: -1 },
      { age: Number.NaN },
      { order: 'any' as 'every one' },
      { whenFull: 'x' as 'refuse' },
    ]) {
      await assert.rejects(ground.open(limits), { code: 'SYNC_INVALID_ARGUMENT' }, JSON.stringify(limits));
    }
  });
});
