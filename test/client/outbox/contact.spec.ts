import assert from 'node:assert/strict';
import type { Outbox } from '../../../src/client';
import { settle } from '../../support/manual-clock';
import { folder, Ground } from './ground';
import { down, failure } from './scripted-service';

async function* endless(first: Buffer): AsyncGenerator<Uint8Array> {
  yield first;
  await new Promise(() => undefined);
}

describe('an outbox whose service is away', () => {
  async function fill(outbox: Outbox, count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        outbox.put({ objectType: 't', objectID: `o${index}` }, 'x'),
      ),
    );
  }

  for (const [code, status] of [
    ['SYNC_UNREACHABLE', undefined],
    ['SYNC_TIMEOUT', undefined],
    ['SYNC_TLS', undefined],
    ['SYNC_WRONG_SERVICE_KIND', undefined],
    ['SYNC_UNEXPECTED_RESPONSE', 404],
    ['SYNC_BUSY', 429],
    ['SYNC_CLOSED', undefined],
  ] as const) {
    it(`tries one entry now and then, ever less often: ${code}`, async () => {
      const ground = new Ground();
      ground.service.answer = () => {
        throw failure(code, status);
      };
      const outbox = await ground.open();
      await fill(outbox, 100);
      await ground.pass(500);
      // Those that had begun before it was known.
      const first = ground.service.asked.length;
      assert.ok(first >= 1 && first <= 4, String(first));
      assert.deepEqual(
        [outbox.state.phase, outbox.state.reason?.code, outbox.state.waiting],
        ['away', code, 100],
      );
      await ground.pass(60_000);
      const early = ground.service.asked.length - first;
      await ground.pass(3_600_000);
      const later = ground.service.asked.length - first - early;
      assert.ok(early >= 4 && early <= 10, `${early} in the first minute`);
      assert.ok(later >= 55 && later <= 125, `${later} in an hour`);
      assert.equal(ground.told.length, 0);
      await ground.close(outbox);
    });
  }

  it('goes on as soon as anybody gets a good answer', async () => {
    const ground = new Ground();
    ground.service.answer = down;
    const outbox = await ground.open();
    await fill(outbox, 10);
    await ground.pass(600_000);
    ground.service.answer = () => undefined;
    ground.client.showLife();
    await ground.pass(1_000);
    assert.equal(ground.told.length, 10);
    assert.equal(outbox.state.phase, 'idle');
    await ground.close(outbox);
    // It listens no more.
    ground.client.showLife();
  });

  it('goes on by itself where nobody asks', async () => {
    const ground = new Ground();
    ground.service.answer = down;
    const outbox = await ground.open();
    await fill(outbox, 10);
    await ground.pass(600_000);
    ground.service.answer = () => undefined;
    await ground.pass(61_000);
    assert.equal(ground.told.length, 10);
    await ground.close(outbox);
  });

  it('does not try at once after it was opened, and not always at the same time', async () => {
    const times = new Set<number>();
    const ground = new Ground();
    ground.service.answer = down;
    await fill(await ground.open(), 3);
    for (let start = 0; start < 5; start += 1) {
      ground.kill();
      ground.service.asked.length = 0;
      await ground.open();
      const began = ground.clock.elapsed();
      while (ground.service.asked.length === 0) await ground.pass(50);
      times.add(ground.clock.elapsed() - began);
      assert.equal(ground.service.asked.length, 1);
    }
    assert.ok(times.size > 1, Array.from(times).join());
    assert.ok(Math.max(...times) <= 2_050, Array.from(times).join());
  });

  it('sends at its rate, and so many at once, when it comes back', async () => {
    const ground = new Ground();
    ground.service.answer = down;
    const outbox = await ground.open({ rate: 20, atOnce: 3 });
    await fill(outbox, 200);
    await ground.pass(60_000);
    ground.service.asked.length = 0;
    ground.service.mostRunning = 0;
    ground.service.answer = () => new Promise((resolve) => ground.clock.after(100, resolve));
    ground.client.showLife();
    for (let second = 1; second <= 5; second += 1) {
      await ground.pass(1_000);
      const asked = ground.service.asked.length;
      assert.ok(asked <= 20 * second + 1 && asked >= 20 * second - 3, `${asked} in ${second} s`);
    }
    ground.service.answer = () => new Promise((resolve) => ground.clock.after(1_000, resolve));
    await ground.pass(3_000);
    assert.equal(ground.service.mostRunning, 3);
    await ground.close(outbox);
  });

  it('holds up nothing for an object that hangs while others are answered', async () => {
    const ground = new Ground();
    ground.service.answer = (asked) => {
      if (!asked.includes('hangs')) return;
      return new Promise((_resolve, reject) => {
        ground.clock.after(30_000, () => reject(failure('SYNC_TIMEOUT')));
      });
    };
    const outbox = await ground.open();
    await outbox.put({ objectType: 't', objectID: 'hangs' }, 'x');
    for (let second = 0; second < 60; second += 1) {
      await outbox.put({ objectType: 't', objectID: `o${second}` }, 'x');
      await ground.pass(1_000);
    }
    assert.equal(ground.told.length, 60);
    assert.equal(outbox.state.phase, 'sending');
    assert.equal(outbox.entries()[0]?.objectID, 'hangs');
    await ground.pass();
    const closing = outbox.close();
    await ground.pass(3_000);
    await closing;
  });

  it('takes a service that fails on one object after the other for one that is away', async () => {
    const ground = new Ground();
    ground.service.answer = () => {
      throw failure('SYNC_BUSY', 503);
    };
    const outbox = await ground.open();
    await fill(outbox, 100);
    await ground.pass(10_000);
    assert.equal(outbox.state.phase, 'away');
    assert.ok(ground.service.asked.length < 26, String(ground.service.asked.length));
    ground.service.answer = () => undefined;
    await ground.pass(300_000);
    assert.equal(ground.told.length, 100);
    await ground.close(outbox);
  });

  it('sends the others where the service fails on one object after the other and is well otherwise', async () => {
    const ground = new Ground();
    ground.service.answer = (asked) => {
      if (asked.includes('bad')) throw failure('SYNC_SERVER_ERROR', 500);
    };
    const outbox = await ground.open();
    for (let index = 0; index < 60; index += 1) {
      await outbox.put({ objectType: 't', objectID: `bad${index}` }, 'x');
    }
    await outbox.put({ objectType: 't', objectID: 'good' }, 'x');
    await ground.pass(3_000);
    assert.deepEqual(ground.told, ['sent 61']);
    assert.equal(outbox.state.phase, 'sending');
    await ground.close(outbox);
  });

  it('sends nothing anew that it is still asked about, and drops it', async () => {
    const ground = new Ground();
    const { asked } = ground.service;
    ground.service.answer = () => {
      if (asked.includes('health')) return new Promise(() => undefined);
      throw failure('SYNC_SERVER_ERROR', 500);
    };
    const outbox = await ground.open({ atOnce: 2 });
    await fill(outbox, 8);
    while (!asked.includes('health')) await ground.pass(50);
    const doubted = asked.at(-2) ?? '';
    // Others get answers meanwhile, so that as many are sent as before.
    ground.client.showLife();
    await ground.pass(10_000);
    assert.equal(asked.filter((each) => each === doubted).length, 1);
    const entry = outbox.entries().find(({ objectID }) => doubted.includes(`/${objectID} `));
    assert.ok(entry);
    await ground.inTime(outbox.drop(entry));
    assert.deepEqual(ground.told, [`dropped ${entry.id}`]);
    assert.equal(outbox.state.phase, 'sending');
    await ground.close(outbox);
  });

  it('takes one that fails on some objects, and answers others, for what it is', async () => {
    const ground = new Ground();
    ground.service.answer = (asked) => {
      if (asked.includes('bad')) throw failure('SYNC_SERVER_ERROR', 500);
    };
    const outbox = await ground.open();
    for (let index = 0; index < 30; index += 1) {
      await outbox.put({ objectType: 't', objectID: `${index % 2 ? 'good' : 'bad'}${index}` }, 'x');
    }
    await ground.pass(700);
    assert.deepEqual([outbox.state.phase, outbox.state.waiting], ['sending', 15]);
    await ground.close(outbox);
  });

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

  it('tells its state as it changes', async () => {
    const ground = new Ground();
    ground.service.answer = down;
    const outbox = await ground.open();
    const seen: string[] = [];
    const end = outbox.onState(({ phase, waiting }) => {
      const line = `${phase} ${waiting}`;
      if (seen.at(-1) !== line) seen.push(line);
    });
    const { since } = await outbox.put({ objectType: 't', objectID: 'o' }, 'x');
    await ground.pass(100);
    assert.equal(outbox.state.since, since);
    ground.service.answer = () => undefined;
    ground.client.showLife();
    await ground.pass(100);
    end();
    assert.deepEqual(seen, ['sending 1', 'away 1', 'sending 1', 'idle 0']);
    await ground.close(outbox);
  });

  it('fails with an error of its own, whatever is handed to it', async () => {
    const ground = new Ground();
    ground.service.answer = down;
    const outbox = await ground.open();
    const named = { objectType: 't', objectID: 'o' };
    const calls: Record<string, (junk: never) => Promise<unknown>> = {
      put: (junk) => outbox.put(junk, 'x'),
      'put with data': (junk) => outbox.put(named, junk),
      'put with options': (junk) => outbox.put(named, 'x', junk),
      putData: (junk) => outbox.putData(junk, 'x'),
      'putData with options': (junk) => outbox.putData(named, 'x', junk),
      activate: (junk) => outbox.activate(junk),
      delete: (junk) => outbox.delete(junk),
      whenEnded: (junk) => outbox.whenEnded(junk),
      'whenEnded with options': (junk) => outbox.whenEnded({ id: 1 }, junk),
      retry: (junk) => outbox.retry(junk),
      drop: (junk) => outbox.drop(junk),
    };
    for (const [name, call] of Object.entries(calls)) {
      for (const junk of [null, 5, Symbol('x'), { signal: {}, objectType: Symbol('x'), objectID: 'o' }]) {
        await assert.rejects(
          call(junk as never),
          { code: 'SYNC_INVALID_ARGUMENT' },
          `${name} ${String(junk)}`,
        );
      }
    }
    assert.equal(outbox.state.waiting, 0);
    await ground.close(outbox);
  });

  it('has many wait by one signal, of which Node.js does not warn', async () => {
    const ground = new Ground();
    ground.service.answer = down;
    const outbox = await ground.open();
    const entry = await outbox.put({ objectType: 't', objectID: 'o' }, 'x');
    const abort = new AbortController();
    const warnings: string[] = [];
    const warn = ({ message }: Error): unknown => warnings.push(message);
    process.on('warning', warn);
    const { signal } = abort;
    const waiting = Promise.allSettled(Array.from({ length: 20 }, () => outbox.whenEnded(entry, { signal })));
    await settle();
    process.off('warning', warn);
    abort.abort();
    await waiting;
    assert.deepEqual(warnings, []);
    await ground.close(outbox);
  });

  it('has a wait for the end of an entry end by its signal', async () => {
    const ground = new Ground();
    ground.service.answer = down;
    const outbox = await ground.open();
    const entry = await outbox.put({ objectType: 't', objectID: 'o' }, 'x');
    const abort = new AbortController();
    const waiting = assert.rejects(outbox.whenEnded(entry, { signal: abort.signal }), {
      code: 'SYNC_ABORTED',
    });
    abort.abort();
    await waiting;
    assert.equal(outbox.state.waiting, 1);
    await assert.rejects(outbox.whenEnded({ id: 99 }), { code: 'SYNC_NOT_FOUND' });
    await ground.close(outbox);
  });
});
