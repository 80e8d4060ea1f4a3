import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyncServiceClient, SyncServiceError } from '../../src/client';
import type { Values } from '../../src/command/call';
import { commands } from '../../src/command/commands';
import { UsageError } from '../../src/command/exit';
import { Remedies } from '../../src/command/findings';
import { help } from '../../src/command/help';
import { Output } from '../../src/command/output';
import { runIn } from '../support/command';
import { otherRsa, rsa } from '../support/keys';
import { type LocalPair, startPair } from '../support/local-pair';
import { until } from '../support/until';

interface Told {
  code: number;
  results: Record<string, unknown>[];
  others: string;
}

describe('a command about one object', function () {
  this.timeout(120_000);
  const object = { objectType: 'rules', objectID: 'r1' };
  let pair: LocalPair;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-objects-'));
    pair = await startPair();
  });
  afterEach(async () => {
    await pair.close();
    await rm(folder, { recursive: true });
  });

  /** What it says, without a process for each. */
  const call = async (
    client: SyncServiceClient,
    [name = '', ...words]: string[],
    values: Values = {},
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Told> => {
    const told: [string[], string[]] = [[], []];
    const [results, others] = told.map((texts) => ({
      isTTY: false,
      write: (text: string | Uint8Array) => texts.push(String(text)) > 0,
    }));
    const output = new Output(true, results, others);
    const stop = new AbortController().signal;
    const remedies = new Remedies(environment);
    const code = await commands[name]?.run({ client, values, words, environment, remedies, output, stop });
    return { code: code ?? -1, results: told[0].map((line) => JSON.parse(line)), others: told[1].join('') };
  };
  const arrived = (): Promise<unknown> =>
    until('it has come', async () => (await pair.edge.listUpdates('rules')).length === 1, 60_000);

  it('has a line in the help and on its page, with each of its options', async () => {
    const page = await readFile(join(__dirname, '..', '..', 'docs', 'command.md'), 'utf8');
    for (const [name, { takes }] of Object.entries(commands)) {
      assert.match(help, new RegExp(`^  ${name} `, 'm'));
      assert.match(page, new RegExp(`^\\| \`${name}[ \`]`, 'm'));
      for (const text of [help, page])
        for (const option of takes) assert.match(text, new RegExp(`--${option}\\b`));
    }
  });

  it('fetches its data into a file, and leaves it listed until it is told that the work is done', async () => {
    await pair.cloud.publish(object, 'hello');
    await arrived();
    const file = join(folder, 'r1');
    const { code, results } = await call(pair.edge, ['fetch', 'rules/r1', file]);
    assert.deepEqual([code, results[0]?.bytes, results[0]?.file], [0, 5, file]);
    assert.equal(await readFile(file, 'utf8'), 'hello');
    assert.equal((await pair.edge.listUpdates('rules')).length, 1);

    const instance = String(results[0]?.instanceID);
    const other = await call(pair.edge, ['consume', 'rules/r1'], { instance: `${instance}1` });
    assert.deepEqual([other.code, other.results[0]?.outcome], [1, 'superseded']);
    assert.equal((await pair.edge.listUpdates('rules')).length, 1);
    const done = await call(pair.edge, ['consume', 'rules/r1'], { instance });
    assert.deepEqual(done.results, [{ ...object, instanceID: instance, outcome: 'consumed' }]);
    assert.equal(done.code, 0);
    assert.equal((await pair.edge.listUpdates('rules')).length, 0);
  });

  it('comes again after it was only marked received, into a folder that is new', async () => {
    await pair.cloud.publish(object, 'hello');
    await arrived();
    for (const name of ['one', 'two']) {
      const into = join(folder, name);
      const told = await call(pair.edge, ['receive', 'rules'], { into, once: true, mark: 'received' });
      assert.deepEqual([told.code, told.results[0]?.outcome], [0, 'received']);
      assert.equal(await readFile(join(into, 'rules', 'r1'), 'utf8'), 'hello');
    }
    assert.equal((await pair.edge.listUpdates('rules')).length, 0);
    assert.equal((await call(pair.edge, ['consume', 'rules/r1'], { mark: 'received' })).code, 0);
    assert.equal((await call(pair.edge, ['consume', 'rules/r1'])).code, 0);
    assert.equal((await call(pair.edge, ['receive', 'rules'], { into: folder, once: true })).code, 3);
    await assert.rejects(call(pair.edge, ['consume', 'rules/r1'], { mark: 'seen' }), /--mark is consumed or/);
  });

  it('is signed with a key whose passphrase is in no argument, and taken by who trusts that key alone', async () => {
    const [data, sign] = [join(folder, 'data'), join(folder, 'key.pem')];
    await writeFile(data, 'hello');
    const encrypted = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'hush' } as const;
    await writeFile(sign, rsa.privateKey.export(encrypted));
    const trust = await Promise.all(
      [rsa, otherRsa].map(async ({ publicKey }, index) => {
        const path = join(folder, `trusted-${index}.pem`);
        await writeFile(path, publicKey.export({ type: 'spki', format: 'pem' }));
        return path;
      }),
    );
    const [right = '', wrong = ''] = trust;
    await assert.rejects(call(pair.cloud, ['send', data, 'rules/r1'], { sign }), /passphrase/);
    const sent = await call(
      pair.cloud,
      ['send', data, 'rules/r1'],
      { sign },
      { EDGE_SYNC_PASSPHRASE: 'hush' },
    );
    assert.equal(sent.code, 0);
    await arrived();

    const file = join(folder, 'file');
    await assert.rejects(call(pair.edge, ['fetch', 'rules/r1', file], { trust: [wrong] }), /not trusted/);
    const refused = await call(pair.edge, ['receive', 'rules'], { into: folder, once: true, trust: [wrong] });
    assert.equal(refused.code, 1);
    assert.match(refused.others, /SYNC_UNTRUSTED_KEY/);
    assert.ok(!existsSync(file) && !existsSync(join(folder, 'rules', 'r1')));
    assert.equal((await call(pair.edge, ['fetch', 'rules/r1', file], { trust })).code, 0);
    const taken = await call(pair.edge, ['receive', 'rules'], { into: folder, once: true, trust: [right] });
    assert.deepEqual([taken.code, taken.results[0]?.outcome], [0, 'consumed']);
    const nowhere = join(folder, 'no.pem');
    await assert.rejects(
      call(pair.edge, ['fetch', 'rules/r1', file], { trust: [nowhere] }),
      /--trust: ENOENT/,
    );
  });

  it('acknowledges a deletion, too', async () => {
    await pair.cloud.publish(object, 'hello');
    await arrived();
    assert.deepEqual((await call(pair.cloud, ['delete', 'rules/r1'])).results, [
      { ...object, outcome: 'deleted' },
    ]);
    await until(
      'the deletion has come',
      async () => (await pair.edge.listUpdates('rules'))[0]?.deleted,
      60_000,
    );
    assert.equal((await call(pair.edge, ['consume', 'rules/r1'])).code, 0);
    assert.equal((await pair.edge.listUpdates('rules')).length, 0);
  });

  it('writes data whole to standard output, where nothing else stands, and leaves nothing behind', async () => {
    const data = 'x'.repeat(300_000);
    await pair.cloud.publish(object, data);
    const { cloud } = pair.service;
    const environment = {
      EDGE_SYNC_URL: cloud.address,
      EDGE_SYNC_ORG: 'demo',
      EDGE_SYNC_KEY: 'admin@demo',
      TMPDIR: folder,
    };
    const fetching = runIn(environment, 'fetch', 'rules/r1', '-', '--json');
    assert.equal(await fetching.code, 0);
    assert.equal(fetching.results(), data);
    assert.deepEqual(await readdir(folder), []);
  });

  it('sends with the metadata of a file, in which what is empty says nothing', async () => {
    const [meta, data] = [join(folder, 'object.json'), join(folder, 'data')];
    await writeFile(data, 'hello');
    const definition = {
      objectID: '',
      objectType: 'rules',
      destinationOrgID: 'demo',
      destinationsList: null,
    };
    const more = { destinationType: 'gateway', version: '1', description: 'from a file', expiration: '' };
    await writeFile(meta, JSON.stringify({ ...definition, ...more }));
    assert.equal((await call(pair.cloud, ['send', data, 'rules/r1'], { meta, version: '2' })).code, 0);
    const sent = await pair.cloud.getObjectMetadata(object);
    assert.deepEqual([sent.destinationType, sent.description, sent.version], ['gateway', 'from a file', '2']);

    // As `hzn mms object new` writes it, filled in.
    await writeFile(
      meta,
      `{
  "objectID": "r1",            /* Required: A unique identifier of the object. */
  "destinationOrgID": "$HZN_ORG_ID", /* an object belongs to exactly one organization */
                               /* "objectType": "x", */
  "destinationType": "pattern-$SERVICE_NAME",
  "destinationsList": null,    /* as an array of pattern:nodeId pairs */
  "description": "\\"/* no comment */ of \${SERVICE_NAME}"
}`,
    );
    const named = { SERVICE_NAME: 'rules' };
    assert.equal((await call(pair.cloud, ['send', data, 'rules/r1'], { meta }, named)).code, 0);
    const hzns = await pair.cloud.getObjectMetadata(object);
    assert.deepEqual(
      [hzns.destinationType, hzns.description],
      ['pattern-rules', '"/* no comment */ of rules'],
    );
    await assert.rejects(
      call(pair.cloud, ['send', data, 'rules/r1'], { meta }),
      /object\.json names the variable SERVICE_NAME, which is not set/,
    );
    await writeFile(meta, '{"description":"$EDGE_SYNC_SECRET"}');
    await assert.rejects(
      call(pair.cloud, ['send', data, 'rules/r1'], { meta }, { EDGE_SYNC_SECRET: 'hush' }),
      (error) =>
        error instanceof UsageError && /EDGE_SYNC_SECRET/.test(error.message) && !/hush/.test(error.message),
    );

    await writeFile(meta, JSON.stringify({ ...definition, ...more }));
    await assert.rejects(
      call(pair.cloud, ['send', data, 'other/r1'], { meta }),
      /object\.json has another objectType: rules/,
    );
    for (const [text, said] of [
      ['{', /object\.json is not JSON/],
      ['[]', /object\.json is no JSON object/],
      ['{"destinationTyp":"x"}', /unknown field: destinationTyp/],
    ] as const) {
      await writeFile(meta, text);
      await assert.rejects(call(pair.cloud, ['send', data, 'rules/r1'], { meta }), said);
    }
    await assert.rejects(
      call(pair.cloud, ['send', data, 'rules/r1'], { meta: join(folder, 'no') }),
      /ENOENT/,
    );
  });

  it('lists the edges of a cloud, and asks no edge for them', async () => {
    assert.deepEqual((await call(pair.cloud, ['edges'])).results, [
      { destinationType: 'gateway', destinationID: 'edge1' },
    ]);
    await assert.rejects(call(pair.edge, ['edges']), /set EDGE_SYNC_URL and EDGE_SYNC_ORG/);
  });

  it('says of an empty list that it is, and of one that another organization sees that it is not the truth', async () => {
    const empty = await call(pair.cloud, ['ls', 'others']);
    assert.equal(empty.code, 3);
    assert.match(empty.others, /No objects of the type others that this key may see/);
    await pair.cloud.publish(object, 'hello');
    const { address } = pair.service.cloud;
    const stranger = new SyncServiceClient({ address, organization: 'demo', key: 'admin@elsewhere' });
    for (const words of [['ls'], ['ls', 'rules'], ['receive', 'rules']]) {
      const asked = call(stranger, words, words[0] === 'receive' ? { into: folder, once: true } : {});
      await assert.rejects(
        asked,
        (error) => error instanceof SyncServiceError && error.code === 'SYNC_UNAUTHORIZED',
      );
    }
    await stranger.close();
  });

  it('says of a failure what to do, too', async () => {
    const demo = { EDGE_SYNC_ORG: 'demo', EDGE_SYNC_URL: pair.service.cloud.address };
    for (const [environment, words, code, said] of [
      [{ EDGE_SYNC_URL: 'http://127.0.0.1:1' }, ['ls', 'rules'], 'SYNC_UNREACHABLE', /^Nobody listens/],
      [
        { ...demo, EDGE_SYNC_KEY: 'a@b' },
        ['status', 'rules/r1'],
        'SYNC_UNAUTHORIZED',
        /not for the organization demo/,
      ],
      [
        { ...demo, EDGE_SYNC_KEY: 'user@demo' },
        ['delete', 'rules/r1'],
        'SYNC_UNAUTHORIZED',
        /^The key is good/,
      ],
    ] as const) {
      if (words[0] === 'delete') await pair.cloud.publish(object, 'hello');
      const failed = runIn(environment, ...words, '--json');
      assert.equal(await failed.code, 1, failed.output());
      const { error } = JSON.parse(failed.output());
      assert.equal(error.code, code);
      assert.match(error.remedy, said);
    }
  });

  it('waits at an edge for nothing that an edge is never told, and says what a wait has missed', async () => {
    const data = join(folder, 'data');
    await writeFile(data, 'hello');
    await assert.rejects(
      call(pair.edge, ['send', data, 'rules/r1'], { wait: 'delivered' }),
      /--wait consumed/,
    );
    assert.equal((await pair.cloud.listUpdates('rules')).length, 0);
    const nowhere = runIn(
      { EDGE_SYNC_URL: pair.service.cloud.address, EDGE_SYNC_ORG: 'demo', EDGE_SYNC_KEY: 'admin@demo' },
      ...['send', data, 'rules/r1', '--to', 'nobody', '--wait', 'consumed', '--timeout', '0.1'],
    );
    assert.equal(await nowhere.code, 1);
    assert.match(nowhere.results(), /timeout: no edge that it is for has registered after 0\.1 s/);
  });
});
