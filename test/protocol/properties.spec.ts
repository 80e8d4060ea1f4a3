import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import * as fc from 'fast-check';
import { targetPath } from '../../nodes/sync-fetch/target';
import { isSyncServiceError } from '../../src/client';
import { parseAddress } from '../../src/client/connection/address';
import { Paths } from '../../src/client/objects/paths';
import { toPublish } from '../../src/client/objects/rules';
import { checkUpdate } from '../../src/local-service/rest/rules';
import { canReachEdge, isAcceptedByCloud } from '../../src/protocol/names';
import { isInVersionRange, isVersionRange } from '../../src/protocol/version-range';
import { anyCharacter } from '../support/characters';
import { metadataOf } from '../support/metadata';

const runs = { numRuns: 300 };
/** Characters that mean something somewhere, among all others. */
const sign = fc.oneof(fc.constantFrom(...'./\\:@#?%&=<>[](),;~!|*$^-_ \0\t"\'aA0é語'), anyCharacter);
const text = fc.string({ unit: sign, maxLength: 12 });
/** Of what one side or both accept, and little else. */
const name = fc.oneof(fc.string({ unit: fc.constantFrom(...'ab1#^|*$!~@._-é語\u0301'), maxLength: 5 }), text);

/** What came of it, or that it was refused with a code; anything else is thrown on. */
function result<T>(work: () => T): T | 'refused' {
  try {
    return work();
  } catch (error) {
    if (isSyncServiceError(error, 'SYNC_INVALID_ARGUMENT')) return 'refused';
    throw error;
  }
}

describe('any name', () => {
  it('that reaches an edge is accepted by a cloud', () => {
    fc.assert(
      fc.property(name, (any) => !canReachEdge(any) || isAcceptedByCloud(any)),
      runs,
    );
  });

  it('is one segment of the path, by which it is known again, or is refused', () => {
    const lenient = fc.boolean();
    fc.assert(
      fc.property(name, name, lenient, (objectType, objectID, cloudOnly) => {
        const path = result(() => new Paths('demo', cloudOnly).object({ objectType, objectID }, 'data'));
        if (path === 'refused') return;
        const url = new URL(path, 'http://host');
        assert.deepEqual([url.search, url.hash, url.host], ['', '', 'host']);
        const segments = url.pathname.split('/').map(decodeURIComponent);
        assert.deepEqual(segments, ['', 'api', 'v1', 'objects', 'demo', objectType, objectID, 'data']);
      }),
      runs,
    );
  });
});

describe('any address', () => {
  it('is read, or refused with a code', () => {
    const scheme = fc.constantFrom(
      'http://',
      'https://',
      'unix://',
      'secure-unix://',
      'HTTP://',
      'ftp://',
      '',
    );
    fc.assert(
      fc.property(scheme, text, (before, rest) => {
        const read = result(() => parseAddress(before + rest));
        if (read === 'refused') return;
        assert.ok(!read.name.includes('@') || read.socketPath !== undefined || read.prefix.includes('@'));
        assert.match(read.origin, /^https?:\/\/[^/@?#]+$/);
      }),
      runs,
    );
  });

  it('of host, port and prefix is what it is made of', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    const port = fc.integer({ min: 1, max: 65_535 }).filter((each) => each !== 80 && each !== 443);
    fc.assert(
      fc.property(
        fc.constantFrom('http', 'https'),
        word,
        port,
        fc.array(word, { maxLength: 3 }),
        fc.nat(3),
        (...made) => {
          const [scheme, host, number, steps, slashes] = made;
          const origin = `${scheme}://${host}:${number}`;
          const prefix = steps.map((step) => `/${step}`).join('');
          const expected = { origin, name: origin + prefix, prefix, socketPath: undefined };
          assert.deepEqual(parseAddress(origin + prefix + '/'.repeat(slashes)), expected);
        },
      ),
      runs,
    );
  });

  it('with credentials in it is refused', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(word, fc.option(word), (user, password) => {
        const address = `http://${user}${password === null ? '' : `:${password}`}@host`;
        assert.equal(
          result(() => parseAddress(address)),
          'refused',
        );
      }),
      runs,
    );
  });
});

describe('any range of versions', () => {
  type Version = readonly [number, number, number];
  /** Few, so that two are often the same; and one of two digits. */
  const version = fc.tuple(fc.nat(1), fc.nat(1), fc.constantFrom(0, 2, 10));
  const written = (numbers: Version): string => numbers.join('.');
  const isBefore = (one: Version, other: Version): boolean => {
    const at = one.findIndex((number, place) => number !== other[place]);
    return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
  };

  it('has what is between its ends, and these where it says so', () => {
    const ends = fc.tuple(fc.constantFrom('[', '('), fc.constantFrom(']', ')'));
    fc.assert(
      fc.property(
        version,
        version,
        fc.option(version),
        ends,
        fc.constantFrom('', ' '),
        (candidate, start, end, around, gap) => {
          const range = `${around[0]}${gap}${written(start)},${gap}${end ? written(end) : 'INFINITY'}${gap}${around[1]}`;
          assert.ok(isVersionRange(range), range);
          const isSame = (other: Version | null): boolean =>
            other !== null && written(other) === written(candidate);
          const fromStart = isBefore(start, candidate) || (around[0] === '[' && isSame(start));
          const toEnd = end === null || isBefore(candidate, end) || (around[1] === ']' && isSame(end));
          assert.equal(
            isInVersionRange(written(candidate), range),
            fromStart && toEnd,
            `${candidate} in ${range}`,
          );
        },
      ),
      runs,
    );
  });

  it('of one version has this and all behind it', () => {
    fc.assert(
      fc.property(version, version, (candidate, start) => {
        assert.equal(isInVersionRange(written(candidate), written(start)), !isBefore(candidate, start));
      }),
      runs,
    );
  });

  it('of any text is one or none, and nothing is thrown', () => {
    const near = fc.string({ unit: fc.constantFrom(...'[]()0123.,- INFTYx'), maxLength: 16 });
    fc.assert(
      fc.property(near, (range) => {
        const strict = /^\s*(?:[[(]\s*V\s*,\s*(?:V|INFINITY)\s*[\])]|V)\s*$/.source.replaceAll(
          'V',
          '(?:0|[1-9]\\d*)(?:\\.(?:0|[1-9]\\d*)){0,2}',
        );
        assert.equal(isVersionRange(range), new RegExp(strict).test(range), range);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('any metadata', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');
  const time = fc.constantFrom(
    '',
    '2031-01-31T12:00:00Z',
    '2029-01-01T00:00:00Z',
    '2031-02-31T00:00:00Z',
    '2031-01-01',
    'soon',
    '2031-01-01T00:00:00+02:00',
  );
  const word = fc.oneof(fc.constantFrom('', 'gateway', 'a b', 'a<b', 'a/b', 'é', '1.0.0'), text);
  const service = fc.record({
    orgID: word,
    serviceName: word,
    arch: word,
    version: fc.constantFrom('1.0.0', '[1,2)', '(1,INFINITY]', '01', '', '[2'),
  });
  const policy = fc.record({
    properties: fc.option(fc.array(fc.record({ name: word, value: fc.integer() }), { maxLength: 2 })),
    constraints: fc.option(fc.array(word, { maxLength: 2 })),
    services: fc.option(fc.array(service, { maxLength: 2 })),
  });
  const list = fc.array(fc.oneof(fc.constantFrom('a:b', 'a', 'a:<b>', ':b'), text), { maxLength: 2 });
  const fields = {
    destinationType: word,
    destinationID: word,
    destinationsList: list,
    destinationPolicy: policy,
    expiration: time,
    activationTime: time,
    inactive: fc.boolean(),
    version: word,
    description: fc.oneof(word, fc.constantFrom('<b>x</b>', '< b >', '</p>')),
    autodelete: fc.boolean(),
    hashAlgorithm: fc.constantFrom('', 'SHA1', 'SHA256', 'sha1', 'MD5'),
    signature: fc.oneof(fc.constantFrom('', 'AAAA', 'AAA', 'AA==\n'), text),
  };
  /** A few of them: of all together hardly any would do. */
  const metadata = fc
    .subarray(Object.keys(fields) as (keyof typeof fields)[], { maxLength: 3 })
    .chain((names) =>
      fc.record(Object.fromEntries(names.map((name) => [name, fields[name] as fc.Arbitrary<unknown>]))),
    );

  // The local service has the rules of the real one, to which its recordings hold it.
  for (const kind of ['CSS', 'ESS'] as const) {
    it(`that the client sends to ${kind === 'CSS' ? 'a CSS' : 'an ESS'} is metadata that the service takes`, () => {
      let sent = 0;
      fc.assert(
        fc.property(metadata, fc.boolean(), (given, withData) => {
          const object = { objectType: 't', objectID: 'o' };
          const published = result(() => toPublish({ ...object, ...given }, kind, withData, now));
          if (published === 'refused') return;
          sent += 1;
          const data = withData ? Buffer.from('x') : undefined;
          const taken = { ...metadataOf({ originType: '', originID: '' }), ...published };
          checkUpdate(
            { metadata: taken, ...(data && { data }) } as Parameters<typeof checkUpdate>[0],
            kind,
            now,
          );
        }),
        { numRuns: 3_000 },
      );
      assert.ok(sent > 100, `${sent} of 3000 were sent`);
    });
  }
});

describe('any file name', () => {
  it('leads into the folder, also where links lead out of it, or is refused', async () => {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'edge-sync-test-')));
    await symlink(tmpdir(), join(root, 'out'));
    await symlink('.', join(root, 'here'));
    const step = fc.oneof(fc.constantFrom('..', '.', 'out', 'here', 'a', '', '~'), text);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        const name = steps.join('/').replaceAll('\0', '');
        const path = await targetPath(root, name).catch((error: { code?: unknown }) => {
          assert.equal(error.code, 'SYNC_INVALID_ARGUMENT');
          return undefined;
        });
        if (path === undefined) return;
        const inside = relative(root, join(await realpath(dirname(path)), 'x'));
        assert.ok(!inside.startsWith('..'), `${name} leads to ${path}`);
      }),
      runs,
    );
    await rm(root, { recursive: true });
  });
});
