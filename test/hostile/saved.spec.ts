import assert from 'node:assert/strict';
import { SeededRandom, seedOf } from '../support/random';
import { SavedGround, secret } from './saved-ground';
import { type HostileNode, hostileNodes } from './saved-nodes';
import { complaint } from './sentence';
import { isWhole } from './whole';

/** So many broken nodes are deployed at once. */
const atOnce = 300;

describe('hostile values in saved configurations', function () {
  this.timeout(1_800_000);
  const unheard: string[] = [];
  const hear = (thrown: unknown): number => unheard.push(String((thrown as Error)?.stack ?? thrown));
  let ground: SavedGround;
  before(async () => {
    process.on('unhandledRejection', hear);
    ground = await SavedGround.start();
  });
  after(async () => {
    await ground.end();
    process.off('unhandledRejection', hear);
  });

  /** @returns how many ended how. */
  async function tryAll(broken: readonly HostileNode[], complaints: string[]): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    const { ends, failures, log, surplus } = await ground.deploy(broken);
    complaints.push(...failures, ...surplus.map(({ node }) => `${node} ended twice`));
    for (const { code, of, text } of ends) {
      const how = code === undefined ? 'well' : String(code);
      counts.set(how, (counts.get(how) ?? 0) + 1);
      const wrong = complaint({ code, text }) ?? (of.isRefused ? notRefused(of, how, text) : undefined);
      if (wrong) complaints.push(`${of.name}: ${wrong}`);
    }
    for (const { of, text } of log) {
      const wrong = of && complaint({ code: 'SYNC_LOGGED', text });
      if (wrong) complaints.push(`${of.name}: the log ${wrong}`);
      if (text.includes(secret)) complaints.push(`${of?.name}: a secret is in the log`);
    }
    return counts;
  }

  function notRefused({ label }: HostileNode, how: string, text: unknown): string | undefined {
    const isNamed = how === 'SYNC_INVALID_ARGUMENT' && String(text).startsWith(`${label} `);
    return isNamed ? undefined : `is taken, or not named: ${how} ${String(text)}`;
  }

  it('of any kind, in any field of any node: each message ends once, the node says which field is wrong, and the rest of the flow works', async () => {
    const seed = seedOf('EDGE_SYNC_SEED', 1);
    const random = new SeededRandom(seed);
    const sample = Array.from({ length: atOnce }, () => random.pick(hostileNodes as [HostileNode]));
    const tried = isWhole ? hostileNodes : sample;
    const ends: Record<string, number> = {};
    const complaints: string[] = [];
    for (let index = 0; index < tried.length; index += atOnce) {
      const counts = await tryAll(tried.slice(index, index + atOnce), complaints);
      for (const [how, count] of counts) ends[how] = (ends[how] ?? 0) + count;
    }
    console.log(
      `      EDGE_SYNC_SEED=${seed}: ${tried.length} of ${hostileNodes.length} nodes: ${JSON.stringify(ends)}`,
    );
    assert.deepEqual(complaints.slice(0, 20), [], `${complaints.length} complaints`);
    assert.deepEqual(unheard, []);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it('is told by what it was seen with once: each has its code, and says what is wrong', async () => {
    const tls = {
      ...{ name: 'a TLS configuration that is gone', type: 'sync-service', field: 'tls', label: 'TLS' },
      ...{ isCredential: false, isRefused: true },
      config: {
        ...{ connection: 'address', side: 'edge', address: 'https://127.0.0.1:1', tls: 'gone' },
      },
    };
    const seen: [of: string | HostileNode, text: string][] = [
      ['sync-in: service <- word', 'The sync-service of this node is gone: choose another'],
      ['sync-in: acknowledge <- word', 'Acknowledge must be one of flow, delivery, look, not "abc"'],
      [
        'sync-consume: mark <- constructor',
        'Mark must be one of consumed, received, giveBack, reject, not "constructor"',
      ],
      ['sync-out: whenAway <- word', 'When away must be one of fail, keep, not "abc"'],
      ['sync-out: source <- empty object', 'Data from must be one of value, file, not an object'],
      ['sync-out: privateKey <- zero', 'Private key must be text, not a number'],
      ['sync-query: objectTypeType <- no type', 'Object type is of a type that there is not: "abc"'],
      ['sync-service: side <- word', 'Service must be one of cloud, edge, not "abc"'],
      ['sync-service: organization <- a megabyte', 'key and secret are too long for a request'],
      [tls, 'TLS: the TLS configuration of the sync-service is disabled or gone: choose another'],
    ];
    const broken = seen.map(([of]) =>
      typeof of === 'string' ? hostileNodes.find(({ name }) => name === of) : of,
    );
    assert.deepEqual(broken.indexOf(undefined), -1);
    const { ends, failures } = await ground.deploy(broken as HostileNode[]);
    assert.deepEqual(failures, []);
    for (const { code, of, text } of ends)
      assert.deepEqual([code, text], ['SYNC_INVALID_ARGUMENT', seen[broken.indexOf(of)]?.[1]], of.name);
  });
});
