import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { LocalService } from '../../src/local-service';
import { anyCharacter } from '../support/characters';

interface Sent {
  method: string;
  path: string;
  user: string;
  headers: Record<string, string>;
  body: string;
}

const word = fc.oneof(
  fc.constantFrom('objects', 'demo', 't', 'o', 'data', 'status', 'destinations', 'security', 'organizations'),
  fc.constantFrom(
    'consumed',
    'received',
    'deleted',
    'activate',
    'policyreceived',
    'resend',
    '..',
    '',
    '%',
    '%2F',
  ),
  fc.string({ unit: anyCharacter, maxLength: 8 }).map(encodeURIComponent),
);
const query = fc.oneof(
  fc.constant(''),
  fc.constantFrom(
    '?filters=true&since=x',
    '?destination_policy=true&since=9e99',
    '?received=2',
    '?details=&&=',
  ),
  fc.string({ maxLength: 12 }).map((text) => `?${encodeURIComponent(text)}`),
);
const value = fc.oneof(fc.jsonValue(), fc.constantFrom(null, -1, 5e300, 'gateway:edge1', [':'], {}));
const meta = fc.dictionary(
  fc.constantFrom(
    'objectID',
    'objectType',
    'destinationsList',
    'destinationPolicy',
    'expiration',
    'consumers',
  ),
  value,
);
const body = fc.oneof(
  fc.constant(''),
  fc.string({ maxLength: 40 }),
  fc.json(),
  fc.tuple(meta, value).map(([given, data]) =>
    JSON.stringify({
      meta: { objectType: 't', objectID: 'o', ...given },
      data,
      action: 'add',
      users: [given],
    }),
  ),
);
const sent: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'),
  path: fc
    .tuple(fc.array(word, { maxLength: 6 }), query)
    .map(([words, end]) => `/api/v1/${words.join('/')}${end}`),
  user: fc.constantFrom('admin@demo:x', 'root@x:x', 'user@demo:x', 'a$b$c$d:', 'a/b/c:', '@', ''),
  headers: fc.constantFrom<Record<string, string>[]>(
    {},
    { Range: 'bytes=9-1' },
    { Range: 'x' },
    { 'Content-Range': 'bytes 0-0/0' },
    { Authorization: 'Basic ====' },
  ),
  body,
});

function ask(address: string, { method, path, user, headers, body }: Sent): Promise<number> {
  const { hostname, port } = new URL(address);
  const authorization = { Authorization: `Basic ${Buffer.from(user).toString('base64')}` };
  const sent = method === 'GET' || method === 'HEAD' ? undefined : body;
  // Node says no length of the body of a DELETE or OPTIONS, whose bytes would be read as a request of their own.
  const length = sent === undefined ? {} : { 'Content-Length': Buffer.byteLength(sent) };
  return new Promise((resolve, reject) => {
    const asking = request(
      { hostname, port, method, path, headers: { ...authorization, ...headers, ...length } },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    asking.setTimeout(20_000, () => asking.destroy(new Error(`No answer to ${method} ${path}`)));
    asking.on('error', reject);
    asking.end(sent);
  });
}

describe('bad requests', function () {
  this.timeout(120_000);
  let service: LocalService;
  before(async () => {
    const place = { organization: 'demo', destinationType: 'gateway', destinationID: 'edge1' };
    // A connection that breaks, as on the real service, would be no answer.
    const faults = { breaksOnShortRanges: false };
    const edges = [{ ...place, faults }];
    service = await LocalService.start({ cloud: { faults }, edges, intervals: { registration: 1, poll: 5 } });
  });
  after(() => service.stop());

  it('of any kind get an answer', async () => {
    await fc.assert(
      fc.asyncProperty(sent, fc.boolean(), async (asked, cloud) => {
        const side = cloud ? service.cloud : service.edges[0];
        assert.ok(side);
        const status = await ask(side.address, asked);
        assert.ok(status >= 200 && status < 600, String(status));
        // What is wrong with a request is the caller's fault, unless the real service has it otherwise.
        assert.ok(
          status < 500 || /destination|policyreceived|\/t\/o|data/.test(`${asked.path}${asked.body}`),
        );
      }),
      { numRuns: 1_500, endOnFailure: true },
    );
  });

  it('that are no HTTP at all get an answer or an end', async () => {
    const { hostname, port } = new URL(service.cloud.address);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const socket = connect(Number(port), hostname);
        socket.on('error', () => undefined);
        socket.end(Buffer.concat([bytes, Buffer.from('\r\n\r\n')]));
        socket.resume();
        await new Promise((resolve) => socket.on('close', resolve));
      }),
      { numRuns: 200 },
    );
    assert.equal((await fetch(service.cloud.address)).status, 404);
  });

  it('leave the service as it was: it still takes and gives objects', async () => {
    const put = { method: 'PUT', path: '/api/v1/objects/demo/after/all', user: 'admin@demo:x', headers: {} };
    const good = JSON.stringify({ meta: { objectType: 'after', objectID: 'all' }, data: 'eA==' });
    assert.equal(await ask(service.cloud.address, { ...put, body: good }), 204);
  });
});
