import assert from 'node:assert/strict';
import { type Outbox, SyncServiceError } from '../../../src/client';
import { Ground } from './ground';
import { down, failure } from './scripted-service';

const bad = { objectType: 't', objectID: 'bad' };
const good = { objectType: 't', objectID: 'good' };

describe('an outbox whose service refuses', () => {
  /** Puts an object that is answered with an error, and one that is not. */
  async function refused(
    ground: Ground,
    error: unknown,
    put = (outbox: Outbox) => outbox.put(bad, 'x'),
  ): Promise<Outbox> {
    ground.service.answer = (asked) => {
      if (asked.includes('t/bad')) throw error;
    };
    const outbox = await ground.open();
    await put(outbox);
    await outbox.put(good, 'x');
    await ground.pass(500);
    return outbox;
  }

  const stateOf = (outbox: Outbox): string => {
    if (outbox.deadLetters().length > 0) return 'dead letter';
    const [entry] = outbox.entries();
    return entry ? `${entry.state}: ${entry.reason?.code}` : 'nothing';
  };

  const forGood: [
    name: string,
    kind: 'CSS' | 'ESS',
    error: Error,
    put?: (outbox: Outbox) => Promise<unknown>,
  ][] = [
    ['400', 'CSS', failure('SYNC_REJECTED', 400, 'no')],
    ['413', 'CSS', failure('SYNC_REJECTED', 413)],
    ['a destination that is none', 'CSS', failure('SYNC_REJECTED', 400, 'Invalid destination a:b:c\n')],
    ['what cannot be sent', 'CSS', failure('SYNC_INVALID_ARGUMENT')],
    [
      'an ID that the cloud has consumed, on an ESS',
      'ESS',
      failure('SYNC_REJECTED', 400, "Can't update object of the receiving side"),
    ],
    [
      'data for an object that is not there',
      'CSS',
      failure('SYNC_NOT_FOUND', 404),
      (outbox) => outbox.putData(bad, 'x'),
    ],
    ['the activation of one', 'CSS', failure('SYNC_NOT_FOUND', 404), (outbox) => outbox.activate(bad)],
  ];
  for (const [name, kind, error, put] of forGood) {
    it(`for good has a dead letter with its reason, also after a restart, and sends the others: ${name}`, async () => {
      const ground = new Ground(kind);
      const outbox = await refused(ground, error, put as (outbox: Outbox) => ReturnType<Outbox['put']>);
      assert.deepEqual(ground.told.toSorted(), ['refused 1', 'sent 2']);
      assert.deepEqual([outbox.state.waiting, outbox.state.deadLetters], [0, 1]);
      ground.crash();
      const after = await ground.open();
      const [letter] = after.deadLetters();
      assert.deepEqual([letter?.id, letter?.state, letter?.reason?.message], [1, 'refused', error.message]);
      await ground.pass(600_000);
      assert.equal(ground.service.asked.filter((asked) => asked.includes('t/bad')).length, 1);
      await ground.close(after);
    });
  }

  const passing: [name: string, error: Error][] = [
    [
      'a deletion is on its way, on a CSS',
      failure('SYNC_REJECTED', 400, "Can't update object of the receiving side\n"),
    ],
    [
      'an edge has not registered yet',
      failure('SYNC_UNKNOWN_DESTINATION', 500, 'Failed to find destination gateway:edge1'),
    ],
    [
      'an edge has not registered yet, on MongoDB',
      failure('SYNC_UNKNOWN_DESTINATION', 400, 'Invalid destination gateway:edge1\n'),
    ],
    ['a proxy has no service', failure('SYNC_BUSY', 503)],
    ['an ingress asks who is there (401)', failure('SYNC_UNAUTHORIZED', 401, '<html>Who are you?</html>')],
    ['an ingress forbids it (403 with a page)', failure('SYNC_UNAUTHORIZED', 403, '\n<html>No</html>')],
    ...(
      [
        ['SYNC_UNAUTHORIZED', 403],
        ['SYNC_REJECTED', 400],
      ] as const
    ).map(([code, statusCode]): [string, Error] => [
      `somebody refuses the question that comes before it (${statusCode})`,
      new SyncServiceError(code, 'no', { statusCode, response: 'no', url: 'http://css/api/v1/health' }),
    ]),
    ['an ingress does not understand it (400 with a page)', failure('SYNC_REJECTED', 400, '<html>No</html>')],
    ['a proxy is out of time', failure('SYNC_SERVER_ERROR', 504)],
    ['the disk does not give its data now', failure('SYNC_STORAGE')],
    ['published data of an object that somebody deletes', failure('SYNC_NOT_FOUND', 404)],
  ];
  for (const [name, error] of passing) {
    it(`for now has the object wait, and sends the others: ${name}`, async () => {
      const ground = new Ground();
      const outbox = await refused(ground, error);
      assert.deepEqual(ground.told, ['sent 2']);
      assert.match(stateOf(outbox), /^waiting: SYNC_/);
      assert.equal(outbox.state.phase, 'sending');
      await ground.pass(3_600_000);
      const tries = ground.service.asked.filter((asked) => asked.includes('t/bad')).length;
      assert.ok(tries > 10 && tries < 40, `${tries} tries in an hour`);
      ground.service.answer = () => undefined;
      await ground.pass(300_000);
      assert.deepEqual(ground.told, ['sent 2', 'sent 1']);
      await ground.close(outbox);
    });
  }

  it('without a word waits while a service of the other kind listens there, which answers so to what it does not know', async () => {
    const ground = new Ground();
    ground.service.nodeType = 'ESS';
    const outbox = await refused(ground, failure('SYNC_REJECTED', 400));
    await ground.pass(60_000);
    assert.deepEqual([outbox.state.deadLetters, outbox.state.phase], [0, 'away']);
    ground.service.nodeType = 'CSS';
    ground.service.answer = () => undefined;
    await ground.pass(300_000);
    assert.deepEqual(ground.told.toSorted(), ['sent 1', 'sent 2']);
    await ground.close(outbox);
  });

  it('has what is asked again for an object that rests rest on', async () => {
    const ground = new Ground();
    const outbox = await refused(ground, failure('SYNC_SERVER_ERROR', 500));
    await ground.pass(60_000);
    const tries = ground.service.asked.length;
    for (let count = 0; count < 20; count += 1) await outbox.put(bad, `x ${count}`);
    await ground.pass();
    assert.equal(ground.service.asked.length, tries);
    await ground.close(outbox);
  });

  describe('who asks (403)', () => {
    const unauthorized = failure('SYNC_UNAUTHORIZED', 403);

    it('counts as the object, where health answers', async () => {
      const ground = new Ground();
      ground.service.answer = (asked) => {
        if (asked.startsWith('list') || asked.includes('bad')) throw unauthorized;
      };
      const outbox = await ground.open();
      await outbox.put(bad, 'x');
      await outbox.put(good, 'x');
      await ground.pass(500);
      assert.equal(stateOf(outbox), 'dead letter');
      assert.deepEqual(ground.told.toSorted(), ['refused 1', 'sent 2']);
      await ground.close(outbox);
    });

    it('counts as the object, where the list of its type answers', async () => {
      const ground = new Ground();
      ground.service.answer = (asked) => {
        if (!asked.startsWith('list') && !asked.includes('good')) throw unauthorized;
      };
      const outbox = await ground.open();
      await outbox.put(bad, 'x');
      await ground.pass(500);
      assert.equal(stateOf(outbox), 'dead letter');
      await ground.close(outbox);
    });

    it('stops all otherwise, and loses nothing', async () => {
      const ground = new Ground();
      ground.service.answer = () => {
        throw unauthorized;
      };
      const outbox = await ground.open();
      await outbox.put(bad, 'x');
      await outbox.put(good, 'x');
      await ground.pass(500);
      assert.deepEqual([outbox.state.phase, outbox.state.reason?.statusCode], ['unauthorized', 403]);
      assert.equal(outbox.state.waiting, 2);
      await ground.pass(3_600_000);
      assert.equal(outbox.state.waiting, 2);
      const tries = ground.service.asked.filter((asked) => asked.startsWith('publish')).length;
      assert.ok(tries > 20 && tries < 200, `${tries} tries in an hour`);
      ground.service.answer = () => undefined;
      await ground.pass(60_000);
      assert.deepEqual(ground.told.toSorted(), ['sent 1', 'sent 2']);
      assert.equal(outbox.state.phase, 'idle');
      await ground.close(outbox);
    });
  });

  describe('dead letters', () => {
    it('are retried', async () => {
      const ground = new Ground();
      const outbox = await refused(ground, failure('SYNC_REJECTED', 400, 'no'));
      const [letter] = outbox.deadLetters();
      assert.ok(letter);
      ground.service.answer = () => undefined;
      await outbox.retry(letter);
      assert.equal((await outbox.whenEnded(letter)).outcome, 'sent');
      assert.equal(outbox.state.deadLetters, 0);
      await assert.rejects(outbox.retry(letter), { code: 'SYNC_NOT_FOUND' });
      await ground.close(outbox);
      assert.deepEqual((await ground.open()).deadLetters(), []);
    });

    it('wait again after a restart that comes before they are sent', async () => {
      const ground = new Ground();
      const outbox = await refused(ground, failure('SYNC_REJECTED', 400, 'no'));
      ground.service.answer = down;
      const [letter] = outbox.deadLetters();
      assert.ok(letter);
      await ground.pass(1_000);
      await outbox.retry(letter);
      ground.crash();
      const [entry] = (await ground.open()).entries();
      assert.deepEqual(
        [entry?.id, entry?.reason, Number(entry?.since) > letter.since],
        [letter.id, undefined, true],
      );
    });

    it('are dropped', async () => {
      const ground = new Ground();
      const outbox = await refused(ground, failure('SYNC_REJECTED', 400, 'no'));
      const [letter] = outbox.deadLetters();
      assert.ok(letter);
      await outbox.drop(letter);
      assert.deepEqual(ground.told.at(-1), 'dropped 1');
      assert.deepEqual(outbox.deadLetters(), []);
      await assert.rejects(outbox.drop(letter), { code: 'SYNC_NOT_FOUND' });
      await ground.close(outbox);
      assert.deepEqual((await ground.open()).deadLetters(), []);
    });

    it('are a thousand at most: the oldest go, and that is told', async () => {
      const ground = new Ground();
      ground.service.answer = () => {
        throw failure('SYNC_REJECTED', 400, 'no');
      };
      const outbox = await ground.open({ rate: 100_000 });
      for (let count = 0; count < 1_010; count += 1) await outbox.put({ ...bad, objectID: `o${count}` }, 'x');
      await ground.pass(2_000);
      assert.deepEqual([outbox.state.deadLetters, outbox.deadLetters()[0]?.id], [1_000, 11]);
      assert.equal(outbox.state.ended.dropped, 10);
      await ground.close(outbox);
    });
  });

  it('drops what waits, and what is being sent', async () => {
    const ground = new Ground();
    ground.service.answer = () => new Promise(() => undefined);
    const outbox = await ground.open();
    const sending = await outbox.put(bad, 'x');
    await ground.pass();
    const waits = await outbox.put(bad, 'y');
    await outbox.drop(waits);
    await outbox.drop(sending);
    assert.deepEqual(ground.told, ['dropped 2', 'dropped 1']);
    ground.service.answer = () => undefined;
    await outbox.put(bad, 'z');
    await ground.pass(1_000);
    assert.deepEqual(ground.service.asked, ['publish t/bad x', 'publish t/bad z']);
    await ground.close(outbox);
  });
});
