import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource, PutOptions } from '../../../src/client';
import { SignatureCheck } from '../../../src/protocol/signature';
import { rsa } from '../../support/keys';
import { failure as failureOfDisk } from '../../support/memory-disk';
import { metadataOf } from '../../support/metadata';
import { until } from '../../support/until';
import { folder, Ground } from './ground';
import { down, failure } from './scripted-service';

const object = { objectType: 't', objectID: 'o' };

describe('the data of an outbox', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'outbox-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const blobs = (ground: Ground): Promise<string[]> => ground.disk.list(`${folder}/data`);

  for (const [name, size] of [
    ['small', 60],
    ['large', 300_000],
  ] as const) {
    it(`from a file is copied, ${name}: what becomes of the file is of no account`, async () => {
      const ground = new Ground();
      ground.service.answer = down;
      const outbox = await ground.open();
      const file = join(home, 'data');
      await writeFile(file, 'x'.repeat(size));
      await outbox.put(object, { file });
      await rm(file);
      assert.equal((await blobs(ground)).length, size > 65_536 ? 1 : 0);
      ground.crash();
      ground.service.answer = () => undefined;
      ground.service.asked.length = 0;
      const after = await ground.open();
      await ground.pass(3_000);
      assert.deepEqual(ground.service.asked, [
        `publish t/o ${size > 100 ? `${size} bytes` : 'x'.repeat(size)}`,
      ]);
      await ground.close(after);
      assert.deepEqual(await blobs(ground), []);
    });
  }

  describe('from a file that is referenced', () => {
    async function referenced(change: (file: string) => Promise<void>): Promise<Ground> {
      const ground = new Ground();
      ground.service.answer = down;
      const outbox = await ground.open();
      const file = join(home, 'data');
      await writeFile(file, 'x'.repeat(300_000));
      await outbox.put(object, { file }, { reference: true });
      assert.deepEqual(await blobs(ground), []);
      await change(file);
      ground.service.answer = () => undefined;
      ground.service.asked.length = 0;
      ground.service.begun = 0;
      ground.client.showLife();
      await outbox.whenEnded({ id: 1 });
      await ground.close(outbox);
      return ground;
    }

    it('is sent if it is the same still', async () => {
      const ground = await referenced(async () => undefined);
      assert.deepEqual(ground.told, ['sent 1']);
      assert.deepEqual(ground.service.asked, ['publish t/o 300000 bytes']);
    });

    it('is refused, and nothing is sent, if it has changed or is gone', async () => {
      for (const change of [
        (file: string) => writeFile(file, `${'x'.repeat(299_999)}y`),
        (file: string) => writeFile(file, 'short'),
        (file: string) => rm(file),
      ]) {
        const ground = await referenced(change);
        assert.deepEqual(ground.told, ['refused 1']);
        assert.equal(ground.service.begun, 0);
      }
    });
  });

  it('is whole, byte for byte, however it comes', async () => {
    const data = randomBytes(3_500_000);
    const file = join(home, 'data');
    await writeFile(file, data);
    async function* stream(): AsyncGenerator<Buffer> {
      const piece = Buffer.alloc(10_000);
      // The memory of a piece is used again, as that of files is.
      for (let at = 0; at < data.length; at += piece.length)
        yield piece.fill(data.subarray(at, at + piece.length));
    }
    const ways: [DataSource, PutOptions][] = [
      [data, {}],
      [{ file }, {}],
      [{ file }, { reference: true }],
      [{ stream, size: data.length }, {}],
      [{ stream }, {}],
    ];
    const ground = new Ground();
    const outbox = await ground.open();
    for (const [source, options] of ways) {
      ground.service.data = Buffer.alloc(0);
      await outbox.put(object, source, options);
      await until('it is sent', async () => {
        await ground.pass(100);
        return outbox.state.waiting === 0;
      });
      assert.ok(ground.service.data.equals(data), JSON.stringify(options));
    }
    await ground.close(outbox);
  });

  it('can be referenced in files alone', async () => {
    const ground = new Ground();
    const outbox = await ground.open();
    await assert.rejects(outbox.put(object, 'x', { reference: true }), { code: 'SYNC_INVALID_ARGUMENT' });
    await ground.close(outbox);
  });

  it('is refused where its file has changed, or is gone', async () => {
    for (const spoil of ['change', 'remove'] as const) {
      const ground = new Ground();
      ground.service.answer = down;
      const outbox = await ground.open();
      await outbox.put(object, Buffer.alloc(300_000));
      await outbox.put({ ...object, objectID: 'small' }, Buffer.alloc(70_000));
      await ground.pass();
      for (const name of await blobs(ground)) {
        const path = `${folder}/data/${name}`;
        if (spoil === 'remove') await ground.disk.remove(path);
        else {
          const file = await ground.disk.open(path, 'change');
          await file.write(Buffer.from('!'), 1_000);
          await file.close();
        }
      }
      ground.service.answer = () => undefined;
      ground.service.asked.length = 0;
      ground.client.showLife();
      await ground.pass(1_000);
      assert.deepEqual(ground.told.toSorted(), ['refused 1', 'refused 2'], spoil);
      assert.deepEqual(ground.service.asked, []);
      await ground.close(outbox);
    }
  });

  it('is signed when it is put: the key is not kept', async () => {
    const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const data of [Buffer.from('small'), Buffer.alloc(100_000, 'large')]) {
      const ground = new Ground();
      const outbox = await ground.open();
      await outbox.put(object, data, { sign: { privateKey: pem } });
      await ground.pass(1_000);
      const check = SignatureCheck.of(metadataOf(ground.service.metadata[0] ?? {}));
      check?.update(data);
      assert.equal(check?.fits(), true);
      await assert.rejects(outbox.put(object, data, { sign: { privateKey: 'none' } }), {
        code: 'SYNC_INVALID_ARGUMENT',
      });
      await ground.close(outbox);
      assert.deepEqual(await blobs(ground), []);
    }
  });

  it('may be changed by its owner once it is kept, and so may the metadata', async () => {
    const ground = new Ground();
    ground.service.answer = down;
    const outbox = await ground.open();
    const [data, metadata] = [Buffer.from('before'), { ...object, version: '1' }];
    await outbox.put(metadata, data);
    data.fill('x');
    metadata.version = '2';
    ground.service.answer = () => undefined;
    ground.client.showLife();
    await ground.pass(1_000);
    assert.deepEqual(ground.service.asked.at(-1), 'publish t/o before');
    assert.deepEqual(ground.service.metadata.at(-1), { ...object, version: '1' });
    await ground.close(outbox);
  });

  it('and metadata that the service would refuse are refused when they are put', async () => {
    const ground = new Ground();
    const outbox = await ground.open();
    const wrong: (() => Promise<unknown>)[] = [
      () => outbox.put({ objectType: 't', objectID: 'a/b' }, 'x'),
      () => outbox.put({ ...object, destinationID: 'edge1' }, 'x'),
      () => outbox.put({ ...object, noData: true }, 'x'),
      () =>
        outbox.put({
          ...object,
          destinationPolicy: { properties: [{ name: 'n', value: 1n }], constraints: null, services: null },
        }),
      () => outbox.put({ ...object, misspelt: 1 } as never, 'x'),
      () => outbox.put(object, { file: join(home, 'none') }),
      () => outbox.put(object, { file: home }),
      () => outbox.delete({ objectType: '', objectID: 'o' }),
      () => outbox.putData({ objectType: 't', objectID: '..' }, 'x'),
      () => outbox.activate({ objectType: 't', objectID: ' ' }),
    ];
    for (const each of wrong) await assert.rejects(each(), { code: 'SYNC_INVALID_ARGUMENT' });
    assert.equal(outbox.state.waiting, 0);
    await ground.close(outbox);
  });

  it('that has no place any more is removed', async () => {
    const large = Buffer.alloc(100_000);
    const ground = new Ground();
    ground.service.answer = down;
    const outbox = await ground.open();
    let fails = true;
    ground.disk.before = ({ name, path }) => {
      if (fails && name === 'write' && path.includes('.log')) throw failureOfDisk('EIO', name, path);
    };
    await assert.rejects(outbox.put(object, large), { code: 'SYNC_STORAGE' });
    await ground.pass();
    assert.deepEqual(await blobs(ground), []);
    fails = false;
    // The process dies when the data has its name, and nothing else of it is there.
    ground.disk.before = ({ name, path }) => {
      if (name === 'write' && path.includes('.log')) ground.kill();
    };
    void outbox.put(object, large);
    await ground.pass();
    assert.equal((await blobs(ground)).length, 1);
    await ground.open();
    assert.deepEqual(await blobs(ground), []);
  });

  it('is sent active where the time has come for that while it waited', async () => {
    const ground = new Ground();
    ground.service.answer = down;
    const outbox = await ground.open();
    const activationTime = new Date(ground.clock.now() + 5_000).toISOString();
    const later = new Date(ground.clock.now() + 500_000).toISOString();
    await outbox.put({ ...object, inactive: true, activationTime }, 'x');
    await outbox.put({ ...object, objectID: 'later', inactive: true, activationTime: later }, 'x');
    await ground.pass(6_000);
    ground.service.metadata.length = 0;
    ground.service.answer = () => undefined;
    ground.client.showLife();
    await ground.pass(1_000);
    const sent = ground.service.metadata as { objectID: string }[];
    assert.deepEqual(
      sent.find(({ objectID }) => objectID === 'o'),
      object,
    );
    assert.deepEqual(
      sent.find(({ objectID }) => objectID === 'later'),
      {
        ...object,
        objectID: 'later',
        inactive: true,
        activationTime: later,
      },
    );
    await ground.close(outbox);
  });

  describe('of which an upload was cut by the death of its process', () => {
    async function cut(): Promise<Ground> {
      const ground = new Ground();
      ground.service.answer = () => new Promise(() => undefined);
      const outbox = await ground.open();
      await outbox.put(object, Buffer.alloc(300_000));
      await ground.pass(1_000);
      assert.equal(ground.service.asked.length, 1);
      ground.kill();
      ground.service.answer = down;
      ground.service.asked.length = 0;
      return ground;
    }

    it('is sent again', async () => {
      const ground = await cut();
      ground.service.answer = () => undefined;
      const outbox = await ground.open();
      await ground.pass(3_000);
      assert.deepEqual(ground.service.asked, ['publish t/o 300000 bytes']);
      await ground.close(outbox);
    });

    for (const restarts of [false, true]) {
      const when = restarts ? ', also after another restart' : '';
      it(`has shorter data in its place sent twice${when}: the rest of it would stand behind that otherwise`, async () => {
        const ground = await cut();
        let outbox = await ground.open();
        await outbox.put(object, 'between');
        await outbox.put(object, 'short');
        await ground.pass();
        if (restarts) {
          ground.crash();
          outbox = await ground.open();
        }
        ground.service.answer = () => undefined;
        await ground.pass(3_000);
        assert.deepEqual(ground.service.asked, ['publish t/o short', 'data t/o short']);
        await ground.close(outbox);
      });

      it(`has data that is as long in its place sent once${when}`, async () => {
        const ground = await cut();
        let outbox = await ground.open();
        await outbox.put(object, Buffer.alloc(300_000));
        await ground.pass();
        if (restarts) {
          ground.crash();
          outbox = await ground.open();
        }
        ground.service.answer = () => undefined;
        await ground.pass(3_000);
        assert.deepEqual(ground.service.asked, ['publish t/o 300000 bytes']);
        await ground.close(outbox);
      });
    }

    for (const restarts of ['', 'once it was refused', 'once other data was kept']) {
      const when = restarts && `, also after a restart ${restarts}`;
      it(`has shorter data that is kept when it is a dead letter sent twice${when}`, async () => {
        const ground = await cut();
        const again = async (now: string): Promise<void> => {
          if (now === restarts) ground.crash();
          if (now === restarts) outbox = await ground.open();
        };
        ground.service.answer = () => {
          throw failure('SYNC_REJECTED', 413);
        };
        let outbox = await ground.open();
        await ground.pass(3_000);
        assert.deepEqual([outbox.state.deadLetters, outbox.state.waiting], [1, 0]);
        await again('once it was refused');
        ground.service.answer = down;
        await outbox.put(object, 'short');
        await ground.pass();
        await again('once other data was kept');
        ground.service.answer = () => undefined;
        ground.service.asked.length = 0;
        await ground.pass(60_000);
        await outbox.put(object, 'next');
        await ground.pass(3_000);
        assert.deepEqual(ground.service.asked, ['publish t/o short', 'data t/o short', 'publish t/o next']);
        assert.equal(outbox.state.deadLetters, 1);
        await ground.close(outbox);
      });
    }

    it('has what waits behind it sent twice when it is refused, and what comes when it is dropped then', async () => {
      const ground = await cut();
      const outbox = await ground.open({ order: 'every one' });
      await outbox.put(object, 'behind');
      ground.service.answer = (asked) => {
        if (asked.endsWith(' bytes')) throw failure('SYNC_REJECTED', 413);
      };
      await ground.pass(60_000);
      const [, ...asked] = ground.service.asked;
      assert.deepEqual(asked.slice(-2), ['publish t/o behind', 'data t/o behind']);
      const [letter] = outbox.deadLetters();
      assert.ok(letter);
      await ground.inTime(outbox.drop(letter));
      ground.service.asked.length = 0;
      await outbox.put(object, 'last');
      await ground.pass(3_000);
      assert.deepEqual(ground.service.asked, ['publish t/o last', 'data t/o last']);
      await ground.close(outbox);
      ground.kill();
      const after = await ground.open();
      assert.deepEqual([after.state.waiting, after.state.deadLetters], [0, 0]);
    });

    it('is retried as a dead letter, and nothing of it is left then', async () => {
      const ground = await cut();
      ground.service.answer = () => {
        throw failure('SYNC_REJECTED', 413);
      };
      const outbox = await ground.open();
      await ground.pass(3_000);
      const [letter] = outbox.deadLetters();
      assert.ok(letter);
      ground.service.asked.length = 0;
      ground.service.answer = () => undefined;
      await outbox.retry(letter);
      await ground.pass(60_000);
      await outbox.put(object, 'short');
      await ground.pass(3_000);
      assert.deepEqual(ground.service.asked, ['publish t/o 300000 bytes', 'publish t/o short']);
      await ground.close(outbox);
      ground.crash();
      const after = await ground.open();
      assert.deepEqual([after.state.waiting, after.state.deadLetters], [0, 0]);
    });

    it('has shorter data that comes after it sent twice where somebody else has published meanwhile', async () => {
      const ground = await cut();
      ground.service.answer = () => {
        throw failure('SYNC_SUPERSEDED');
      };
      const outbox = await ground.open();
      await ground.pass(3_000);
      assert.deepEqual(ground.told, ['replaced 1']);
      ground.service.answer = () => undefined;
      ground.service.asked.length = 0;
      await outbox.put(object, 'short');
      await ground.pass(3_000);
      assert.deepEqual(ground.service.asked, ['publish t/o short', 'data t/o short']);
      await ground.close(outbox);
    });

    it('has what takes its place sent once where the client lives, which sees to that itself', async () => {
      const ground = new Ground();
      ground.service.answer = down;
      const outbox = await ground.open();
      await outbox.put(object, Buffer.alloc(300_000));
      await ground.pass(1_000);
      ground.service.answer = () => undefined;
      ground.service.asked.length = 0;
      await outbox.put(object, 'short');
      await ground.pass(60_000);
      assert.deepEqual(ground.service.asked, ['publish t/o short']);
      await ground.close(outbox);
    });
  });
});
