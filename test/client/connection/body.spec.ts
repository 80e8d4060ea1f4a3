import assert from 'node:assert/strict';
import { Body, type BodySource } from '../../../src/client/connection/body';

const mebibyte = 1_048_576;

describe('a body on its way', () => {
  let told: string[];
  let body: Body;
  beforeEach(() => {
    told = [];
    const source: BodySource = {
      hold: () => told.push('hold'),
      release: () => told.push('release'),
      abandon: () => told.push('abandon'),
    };
    body = new Body(source);
  });
  const read = async (): Promise<string> => {
    let text = '';
    for await (const piece of body) text += String(piece);
    return text;
  };

  it('is read as it comes, whether the reader waits or the pieces', async () => {
    body.push(Buffer.from('a'));
    body.push(Buffer.alloc(0));
    const reading = read();
    await Promise.resolve();
    body.push(Buffer.from('b'));
    body.end();
    assert.equal(await reading, 'ab');
    assert.deepEqual(told, []);
  });

  it('holds its connection back while a reader is a mebibyte behind', async () => {
    for (let piece = 0; piece < 3; piece += 1) body.push(Buffer.alloc(mebibyte / 2));
    assert.deepEqual(told, ['hold']);
    await body.next();
    await body.next();
    assert.deepEqual(told, ['hold']);
    await body.next();
    assert.deepEqual(told, ['hold', 'release']);
  });

  it('counts what small pieces cost', () => {
    for (let piece = 0; piece < 10_000; piece += 1) body.push(Buffer.from('x'));
    assert.deepEqual(told, ['hold']);
  });

  it('that breaks gives first what came before', async () => {
    body.push(Buffer.from('a'));
    body.fail(new Error('cut'));
    body.push(Buffer.from('late'));
    assert.equal(String((await body.next()).value), 'a');
    await assert.rejects(body.next(), /cut/);
  });

  it('that is ended from here gives nothing more, also to who waits', async () => {
    const waiting = body.next();
    body.abort(new Error('stop'));
    await assert.rejects(waiting, /stop/);
    const other = new Body({ hold() {}, release() {}, abandon() {} });
    other.push(Buffer.from('a'));
    other.abort(new Error('stop'));
    await assert.rejects(other.next(), /stop/);
  });

  it('takes its connection with it where it is not read to its end, and only there', async () => {
    for (const piece of ['a', 'b']) body.push(Buffer.from(piece));
    for await (const piece of body) {
      assert.equal(String(piece), 'a');
      break;
    }
    assert.deepEqual(told, ['abandon']);
    assert.equal((await body.next()).done, true, 'what waited is not kept');
    body.discard();
    assert.deepEqual(told, ['abandon']);
    const ended = new Body({ hold() {}, release() {}, abandon: () => told.push('wrong') });
    ended.end();
    ended.discard();
    assert.deepEqual(told, ['abandon']);
  });
});
