import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSyncServiceError, SyncServiceClient } from '../../src/client';
import { type Clock, systemClock } from '../../src/system/clock';
import { SeededRandom, seedOf } from '../support/random';
import { data, HostileService, object } from './hostile-service';
import { type Mode, modes } from './modes';
import { isWhole } from './whole';

/**
 * Fifty times as fast as that of the system: half a minute of patience is over in less than a second. Only for who does not
 * mind which error comes: a machine that stalls for a second has everything time out.
 */
const hurry = 50;
const hurried: Clock = {
  now: () => systemClock.now(),
  elapsed: () => systemClock.elapsed() * hurry,
  after: (milliseconds, action, options) => systemClock.after(milliseconds / hurry, action, options),
};
const secret = 'MARKED-s3cret';
/** In ms: no call takes so long with that clock, on any machine. */
const bound = 120_000;
const noSentence =
  /is not a function|Cannot (read|convert|set)|\[object |not iterable|URI malformed|Invalid time/;

type Call = (client: SyncServiceClient, folder: string) => Promise<unknown>;
const isList = (found: unknown): boolean =>
  Array.isArray(found) && found.every((each) => typeof each === 'object' && each !== null);
const isData = (found: unknown): boolean => data.equals(found as Buffer);

/** What is asked of a service, and what may come of it. */
const calls: readonly [name: string, call: Call, isRight?: (found: unknown) => boolean][] = [
  ['listUpdates', (client) => client.listUpdates('hostile'), isList],
  ['listAllObjects', (client) => client.listAllObjects('hostile'), isList],
  ['listObjects', (client) => client.listObjects({}), isList],
  ['getObjectMetadata', (client) => client.getObjectMetadata(object)],
  ['getObjectStatus', (client) => client.getObjectStatus(object), (found) => typeof found === 'string'],
  ['getObjectDestinations', (client) => client.getObjectDestinations(object), isList],
  ['getDestinations', (client) => client.getDestinations(), isList],
  ['fetchObjectData', (client) => client.fetchObjectData(object), isData],
  ['fetchObjectDataToFile', (client, folder) => client.fetchObjectDataToFile(object, join(folder, 'file'))],
  ['publish', (client) => client.publish(object, 'x')],
  ['publish what is large', (client) => client.publish(object, Buffer.alloc(400_000))],
  ['updateObject', (client) => client.updateObject(object)],
  [
    'acknowledge',
    (client) => client.acknowledge({ ...object, instanceID: '1795470914231361001' }, 'consumed'),
  ],
  ['deleteObject', (client) => client.deleteObject(object)],
  ['getHealth', (client) => client.getHealth()],
  ['listOrganizations', (client) => client.listOrganizations()],
  ['retrieveAllObjectACLs', (client) => client.retrieveAllObjectACLs()],
];

describe('hostile services', function () {
  this.timeout(1_800_000);
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-hostile-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const clientOf = (service: HostileService, clock: Clock = systemClock): SyncServiceClient =>
    new SyncServiceClient(
      {
        ...{ address: service.address, organization: 'demo', key: 'admin@demo', secret },
        limits: { listEntry: 65_536, list: 4_000_000, json: 1_000_000 },
      },
      { clock },
    );

  /** @returns what is wrong with what came of a call. */
  async function complaint(
    call: Call,
    client: SyncServiceClient,
    isRight: (found: unknown) => boolean,
  ): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('it never ended')), bound);
    });
    try {
      const found = await Promise.race([call(client, folder), late]);
      return isRight(found) ? undefined : `gave ${JSON.stringify(found)?.slice(0, 200)}`;
    } catch (error) {
      if (!isSyncServiceError(error))
        return `threw ${String((error as Error)?.stack ?? error).slice(0, 500)}`;
      const { message } = error;
      if (message.includes(secret)) return `tells the secret: ${message}`;
      if (message.length > 2_000) return `says ${message.length} characters`;
      return noSentence.test(message) ? `is no sentence: ${message}` : undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Each was a TypeError of a public method, or came through, before. */
  const named: [mode: string, call: string, code: string][] = [
    ['another shape', 'getHealth', 'SYNC_UNEXPECTED_RESPONSE'],
    ['null for everything', 'getHealth', 'SYNC_UNEXPECTED_RESPONSE'],
    ['an array for everything', 'listUpdates', 'SYNC_UNEXPECTED_RESPONSE'],
    ['objectSize is text', 'fetchObjectDataToFile', 'SYNC_UNEXPECTED_RESPONSE'],
    ['objectSize is an object', 'fetchObjectData', 'SYNC_UNEXPECTED_RESPONSE'],
    ['a negative size', 'getObjectMetadata', 'SYNC_UNEXPECTED_RESPONSE'],
  ];
  for (const [mode, call, code] of named) {
    it(`that answer with ${mode} end ${call} with ${code}`, async () => {
      const service = await HostileService.start('CSS');
      service.mode = modes.find(({ name }) => name === mode);
      assert.ok(service.mode, mode);
      const client = clientOf(service);
      const [, ask] = calls.find(([name]) => name === call) ?? [];
      await assert.rejects(async () => ask?.(client, folder), { code });
      await client.close();
      await service.close();
    });
  }

  it('that give no dataID have their data fetched to a file all the same', async () => {
    const service = await HostileService.start('CSS');
    service.mode = modes.find(({ name }) => name === 'dataID is missing');
    assert.ok(service.mode);
    const client = clientOf(service);
    const file = join(folder, 'file');
    await client.fetchObjectDataToFile(object, file);
    assert.deepEqual(await readFile(file), data);
    await client.close();
    await service.close();
  });

  it('that have null in lists are asked in vain for it: the other entries come', async () => {
    const service = await HostileService.start('CSS');
    const client = clientOf(service);
    for (const what of ['null', 'a number', 'text', 'truth']) {
      service.mode = modes.find(({ name }) => name === `${what} in lists`);
      assert.ok(service.mode, what);
      assert.equal((await client.getDestinations()).length, 1);
      assert.equal((await client.listAllObjects('hostile')).length, 1);
      assert.deepEqual(await client.listOrganizations(), []);
    }
    await client.close();
    await service.close();
  });

  it('of any kind end each call of the client, well or with a typed error, and spoil nothing for the next', async () => {
    const seed = seedOf('EDGE_SYNC_SEED', 1);
    const random = new SeededRandom(seed);
    const tried = isWhole ? modes : Array.from({ length: 10 }, () => random.pick(modes as unknown as [Mode]));
    const service = await HostileService.start('CSS');
    const complaints: string[] = [];
    for (const mode of tried) {
      service.mode = mode;
      const client = clientOf(service, hurried);
      const told = calls.map(async ([name, call, isRight = () => true]) => {
        const wrong = await complaint(call, client, isRight);
        if (wrong) complaints.push(`${mode.name}: ${name} ${wrong}`);
      });
      await Promise.all(told);
      service.mode = undefined;
      await client.close();
    }
    const client = clientOf(service);
    assert.deepEqual(await client.fetchObjectData(object), data);
    assert.equal((await client.listUpdates('hostile')).length, 1);
    await client.close();
    await service.close();
    console.log(
      `      EDGE_SYNC_SEED=${seed}: ${tried.length} of ${modes.length} modes, ${tried.length * calls.length} calls`,
    );
    assert.deepEqual(complaints.slice(0, 30), [], `${complaints.length} complaints`);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name !== 'file'),
      [],
    );
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });
});
