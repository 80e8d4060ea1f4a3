import assert from 'node:assert/strict';
import { fill, Ground } from './ground';
import { down, failure } from './scripted-service';

describe('an outbox whose service is away', () => {
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
});
