import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../package.json';
import { type Run, runIn } from '../support/command';
import { type LocalPair, startPair } from '../support/local-pair';
import { serve } from '../support/server';
import { until } from '../support/until';

interface Ended {
  code: number;
  results: Record<string, unknown>[];
  output: string;
}

/** A long time for slow machines: no test needs it. */
const patience = 60_000;

describe('the command', function () {
  this.timeout(120_000);
  let pair: LocalPair;
  let folder: string;
  let running: Run[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-command-'));
    pair = await startPair();
    running = [];
  });
  afterEach(async () => {
    for (const { process } of running) if (process.exitCode === null) process.kill('SIGKILL');
    await pair.close();
    await rm(folder, { recursive: true });
  });

  const cloud = (): NodeJS.ProcessEnv => ({
    EDGE_SYNC_URL: pair.service.cloud.address,
    EDGE_SYNC_ORG: 'demo',
    EDGE_SYNC_KEY: 'admin@demo',
    EDGE_SYNC_SECRET: 'hush',
  });
  const edge = (): NodeJS.ProcessEnv => ({
    EDGE_SYNC_URL: pair.service.edges[0]?.address,
    EDGE_SYNC_KEY: 'admin@demo',
    EDGE_SYNC_SECRET: 'hush',
  });
  const start = (environment: NodeJS.ProcessEnv, ...args: string[]): Run => {
    const started = runIn(environment, ...args);
    running.push(started);
    return started;
  };
  const ended = async (run: Run): Promise<Ended> => {
    const code = await run.code;
    const results = run.results().split('\n').filter(Boolean);
    return { code, results: results.map((line) => JSON.parse(line)), output: run.output() };
  };
  const done = (environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> =>
    ended(start(environment, ...args, '--json'));

  describe('send', () => {
    it('publishes a file, for whom and with what it is told, and waits until it is consumed', async () => {
      const file = join(folder, 'model');
      await writeFile(file, 'weights');
      const sending = start(
        cloud(),
        ...[
          'send',
          file,
          'models/detector',
          '--to',
          'gateway/edge1',
          '--version',
          '1.2',
          '--wait',
          'consumed',
          '--json',
        ],
      );
      const [object] = await until(
        'it has come',
        async () => {
          const listed = await pair.edge.listUpdates('models');
          return listed.length > 0 && listed;
        },
        patience,
      );
      assert.equal(object?.version, '1.2');
      assert.equal(
        String(await pair.edge.fetchObjectData({ objectType: 'models', objectID: 'detector' })),
        'weights',
      );
      await pair.edge.markObjectConsumed({ objectType: 'models', objectID: 'detector' });
      const { code, results } = await ended(sending);
      assert.equal(code, 0);
      assert.deepEqual(
        results.map(({ outcome }) => outcome),
        ['published', 'consumed'],
      );
    });

    it('publishes what comes on standard input, whole, and leaves nothing of it behind', async () => {
      const data = Buffer.alloc(300_000, 'x');
      const sending = start({ ...cloud(), TMPDIR: folder }, 'send', '-', 'models/piped', '--json');
      sending.process.stdin?.write(data.subarray(0, 100_000));
      sending.process.stdin?.end(data.subarray(100_000));
      const { code, results } = await ended(sending);
      assert.equal(code, 0);
      assert.deepEqual(
        results.map(({ outcome, bytes }) => [outcome, bytes]),
        [['published', 300_000]],
      );
      const object = { objectType: 'models', objectID: 'piped' };
      assert.deepEqual(await pair.cloud.fetchObjectData(object), data);
      assert.deepEqual(await readdir(folder), []);
    });

    it('goes to a cloud by the proxy of the environment, and to an edge by none', async () => {
      const asked: (string | undefined)[] = [];
      const proxy = await serve((request, response) => {
        asked.push(request.url);
        response.writeHead(403).end('not through here');
      });
      const environment = { HTTP_PROXY: proxy.address, HTTPS_PROXY: proxy.address };
      const through = await done(
        { ...cloud(), ...environment, EDGE_SYNC_URL: 'http://css.invalid:9080' },
        'ls',
      );
      const around = await done({ ...edge(), ...environment }, 'ls', 'models');
      const excepted = await done({ ...cloud(), ...environment, NO_PROXY: '127.0.0.0/8' }, 'ls');
      await proxy.close();
      assert.deepEqual([through.code, around.code, excepted.code], [1, 3, 3], through.output);
      assert.deepEqual(
        new Set(asked.map((url) => url?.split('/api/')[0])),
        new Set(['http://css.invalid:9080']),
      );
    });

    it('is done once the service has taken the object, also where it does not say afterwards what it has', async () => {
      const file = join(folder, 'model');
      await writeFile(file, 'weights');
      const silent = await serve((request, response) => {
        request.resume().on('end', () => response.writeHead(request.method === 'PUT' ? 204 : 500).end());
      }, 'CSS');
      const to = { ...cloud(), EDGE_SYNC_URL: silent.address };
      const { code, output, results } = await done(to, 'send', file, 'models/detector');
      await silent.close();
      assert.equal(code, 0, output);
      assert.deepEqual(results, [{ objectType: 'models', objectID: 'detector', outcome: 'published' }]);
    });

    it('fails where it does not come so far in time, and where there is no such file', async () => {
      const file = join(folder, 'model');
      await writeFile(file, 'weights');
      const late = await done(cloud(), 'send', file, 'models/d', '--wait', 'consumed', '--timeout', '0.2');
      assert.equal(late.code, 1);
      assert.deepEqual(
        late.results.map(({ outcome }) => outcome),
        ['published', 'timeout'],
      );
      const none = await done(cloud(), 'send', join(folder, 'none'), 'models/d');
      assert.equal(none.code, 2);
      assert.match(none.output, /none/);
    });
  });

  describe('receive', () => {
    it('puts what is there into the folder, whole, and tells the service afterwards; then nothing is there', async () => {
      await pair.cloud.publish({ objectType: 'models', objectID: 'detector' }, Buffer.alloc(300_000, 'x'));
      await pair.cloud.updateObject({ objectType: 'models', objectID: 'hint', noData: true });
      await until(
        'both have come',
        async () => (await pair.edge.listUpdates('models')).length === 2,
        patience,
      );
      const into = join(folder, 'received');
      const { code, results } = await done(edge(), 'receive', 'models', '--into', into, '--once');
      assert.equal(code, 0);
      assert.deepEqual(results.map(({ objectID, outcome, file }) => [objectID, outcome, file]).sort(), [
        ['detector', 'consumed', join(into, 'models', 'detector')],
        ['hint', 'consumed', undefined],
      ]);
      assert.equal((await readFile(join(into, 'models', 'detector'))).length, 300_000);
      assert.deepEqual(await readdir(join(into, 'models')), ['detector']);
      assert.equal((await done(edge(), 'receive', 'models', '--into', into, '--once')).code, 3);
    });

    it('runs until it is stopped: updates come, deletions take the file away', async () => {
      const into = join(folder, 'received');
      const receiving = start(edge(), 'receive', 'rules', 'models', '--into', into);
      await until('it waits', () => /Waiting for rules, models/.test(receiving.output()), patience);
      const file = join(into, 'rules', 'r1');
      const object = { objectType: 'rules', objectID: 'r1' };
      for (const text of ['one', 'two']) {
        await pair.cloud.publish(object, text);
        await until(text, async () => existsSync(file) && (await readFile(file, 'utf8')) === text, patience);
        await until(
          'it is consumed',
          async () => (await pair.cloud.getObjectDestinations(object))[0]?.status === 'consumed',
          patience,
        );
      }
      await pair.cloud.deleteObject(object);
      await until('the file is gone', () => !existsSync(file), patience);
      receiving.process.kill('SIGTERM');
      assert.equal(await receiving.code, 0);
      assert.match(
        receiving.results(),
        /^rules\/r1 consumed: .*r1\nrules\/r1 consumed: .*r1\nrules\/r1 deleted\n$/,
      );
    });

    it('tells an outage once, and its end, and can be stopped meanwhile', async () => {
      let fails = true;
      let polls = 0;
      const away = await serve((_request, response) => {
        polls += 1;
        if (fails) response.writeHead(503).end();
        else response.end('[]');
      }, 'ESS');
      const receiving = start({ EDGE_SYNC_URL: away.address }, 'receive', 'rules', '--into', folder);
      const told = (): number => receiving.output().match(/answered with 503/g)?.length ?? 0;
      await until('it is told', () => told() > 0, patience);
      const asked = polls;
      await until('it was asked again and again', () => polls > asked + 3, patience);
      fails = false;
      await until('it is told', () => /answers again/.test(receiving.output()), patience);
      assert.equal(told(), 1);
      receiving.process.kill('SIGINT');
      assert.equal(await receiving.code, 0);
      await away.close();
    });

    it('acknowledges nothing whose file is not in place', async () => {
      await pair.cloud.publish({ objectType: 'models', objectID: 'detector' }, 'weights');
      await until('it has come', async () => (await pair.edge.listUpdates('models')).length === 1, patience);
      const into = join(folder, 'received');
      await mkdir(into);
      await writeFile(join(into, 'models'), 'a file where the folder should be');
      const { code, output } = await done(edge(), 'receive', 'models', '--into', into, '--once');
      assert.equal(code, 1);
      assert.match(output, /EEXIST/);
      assert.equal((await pair.edge.listUpdates('models')).length, 1);
    });

    it('ends where its folder cannot be made', async () => {
      const file = join(folder, 'file');
      await writeFile(file, '');
      // In /proc Node.js' own mkdir, where it makes folders above, too, never ends.
      const places = process.platform === 'linux' ? [file, '/proc/edge-sync'] : [file];
      for (const into of places) {
        const { code, output } = await done(edge(), 'receive', 'models', '--into', into, '--once', '--json');
        assert.equal(code, 1);
        assert.match(output, /"code":"SYNC_STORAGE"/);
      }
    });
  });

  it('ls lists what is there, and says by its end where there is nothing', async () => {
    assert.equal((await done(cloud(), 'ls')).code, 3);
    await pair.cloud.publish({ objectType: 'rules', objectID: 'r1', version: '7' }, 'hello');
    assert.deepEqual((await done(cloud(), 'ls')).results, [{ objectType: 'rules' }]);
    const [listed] = (await done(cloud(), 'ls', 'rules')).results;
    assert.deepEqual([listed?.objectID, listed?.version, listed?.objectSize], ['r1', '7', 5]);
    await until('it has come', async () => (await pair.edge.listUpdates('rules')).length === 1, patience);
    assert.equal((await done(edge(), 'ls', 'rules')).results[0]?.objectID, 'r1');
    assert.equal((await done(edge(), 'ls', 'others')).code, 3);
    const { EDGE_SYNC_ORG: _, ...nowhere } = cloud();
    for (const [environment, needs] of [
      [edge(), /lists the objects of a type/],
      [nowhere, /is a cloud .* EDGE_SYNC_ORG/],
    ] as const) {
      const { code, output } = await done(environment, 'ls');
      assert.equal(code, 2);
      assert.match(output, needs);
    }
  });

  it('status says how far an object is, and waits', async () => {
    const object = { objectType: 'rules', objectID: 'r1' };
    assert.equal((await done(cloud(), 'status', 'rules/r1')).code, 3);
    await pair.cloud.publish(object, 'hello');
    const delivered = await done(cloud(), 'status', 'rules/r1', '--wait', 'delivered');
    assert.equal(delivered.code, 0);
    const { results } = await done(cloud(), 'status', 'rules/r1');
    const place = { destinationType: 'gateway', destinationID: 'edge1' };
    const destinations = [{ ...place, status: 'delivered', message: '' }];
    assert.deepEqual(results, [{ ...object, status: 'ready', destinations }]);
    const people = start(cloud(), 'status', 'rules/r1');
    assert.equal(await people.code, 0);
    assert.equal(people.results(), 'rules/r1 ready\n  gateway/edge1 delivered\n');
  });

  it('ends in peace where nobody reads what it says any more', async () => {
    await pair.cloud.publish({ objectType: 'rules', objectID: 'r1' }, 'x');
    for (const args of [['--help'], ['ls', 'rules']]) {
      const unread = start(cloud(), ...args);
      unread.process.stdout?.destroy();
      assert.equal(await unread.code, 0, unread.output());
      assert.equal(unread.output(), '');
    }
  });

  it('says what it was called wrong with, and takes no secret in an argument', async () => {
    for (const [args, said] of [
      [['send', 'x'], /send needs more: edge-sync send FILE TYPE\/ID$/m],
      [['send', 'x', 'one'], /one is not TYPE\/ID/],
      [['send', 'x', 'a/b', '--to', 'x/y', '--to', 'z'], /--to is TYPE, once/],
      [['send', 'x', 'a/b', '--wait', 'ever'], /--wait is delivered or consumed, not ever/],
      [['status', 'a/b', '--wait', 'consumed', '--timeout', 'x'], /--timeout is a number/],
      [['receive', 'models'], /--into/],
      [['receive', '--into', 'x'], /receive needs more: edge-sync receive TYPE\.\.\. --into DIR$/m],
      [['ls', 'a', 'b'], /does not know what to do with b/],
      [['ls', '--once'], /ls knows no --once/],
      [['constructor'], /There is no command constructor/],
      [['ls', '--secret', 'hush'], /--secret/],
    ] as const) {
      const wrong = start(cloud(), ...args);
      assert.equal(await wrong.code, 2, wrong.output());
      assert.match(wrong.output(), said);
      assert.doesNotMatch(wrong.output(), /\n\s+at |hush/);
    }
    const itself = start({ EDGE_SYNC_URL: '' }, '--version');
    assert.equal(await itself.code, 0);
    assert.equal(itself.results(), `${version}\n`);
    const nowhere = start({ EDGE_SYNC_URL: '' }, 'ls');
    assert.equal(await nowhere.code, 2);
    assert.match(nowhere.output(), /Set EDGE_SYNC_URL/);
  });
});
