import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { settle } from '../../support/manual-clock';
import { Ground } from './ground';
import { down } from './scripted-service';

describe('an outbox', () => {
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

  it('leaves nothing at a signal whose wait has ended', async () => {
    const ground = new Ground();
    const outbox = await ground.open();
    const entry = await outbox.put({ objectType: 't', objectID: 'o' }, 'x');
    const { signal } = new AbortController();
    const waiting = outbox.whenEnded(entry, { signal });
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    await ground.pass(100);
    assert.equal((await waiting).outcome, 'sent');
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    await ground.close(outbox);
  });
});
