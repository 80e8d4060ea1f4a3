import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import helper from 'node-red-node-test-helper';
import { sharedLocalService } from '../../nodes/sync-service/local';
import type { Diagnosis } from '../../src/client/diagnosis';
import { LocalService } from '../../src/local-service';
import { nodes, run, services, wholeFlow, withNodeRed } from '../support/flow';
import { place } from '../support/local-pair';
import { serve } from '../support/server';
import { admin } from '../support/service-nodes';
import { until } from '../support/until';

const tlsNode = require('@node-red/nodes/core/network/05-tls.js') as (typeof nodes)[number];

const empty = {
  connection: 'address',
  side: 'cloud',
  address: '',
  organization: 'demo',
  edgeType: 'gateway',
  edgeID: 'edge1',
  caFile: '',
  tls: '',
  proxy: false,
};

function helperRequest(): ReturnType<typeof helper.request> {
  return helper.request();
}

describe('the dialogs ask', () => {
  let service: LocalService;
  let edgeAddress = '';

  withNodeRed();
  before(async () => {
    const keys = [{ ...admin, role: 'admin' as const, organization: 'demo', name: 'admin' }];
    service = await LocalService.start({ edges: [place], intervals: { registration: 1, poll: 5 }, keys });
    edgeAddress = service.edges[0]?.address ?? '';
  });
  after(() => service.stop());
  beforeEach(() => run([]));

  const test = async (settings: object, credentials: object = admin, id = 'new'): Promise<Diagnosis> => {
    const draft = { id, settings: { ...empty, ...settings }, credentials };
    const { body } = await helperRequest().post('/sync-service/test').send(draft).expect(200);
    return body as Diagnosis;
  };

  describe('whether a connection works, before it is deployed', () => {
    it('and hear that it does', async () => {
      assert.deepEqual(await test({ address: service.cloud.address }), {
        good: true,
        finding: 'cloud',
        detail: 'demo',
      });
      assert.equal((await test({ side: 'edge', address: edgeAddress })).finding, 'edge');
      assert.equal((await test({ connection: 'local' })).finding, 'cloud');
      assert.equal((await test({ connection: 'local', side: 'edge' })).finding, 'edge');
    });

    const findings: [string, () => object, object?][] = [
      ['refused', () => ({ address: 'http://127.0.0.1:1' })],
      ['unknownHost', () => ({ address: 'http://nobody.invalid' })],
      ['noSocket', () => ({ address: 'unix:///nowhere/essapi.sock', side: 'edge' })],
      ['credentials', () => ({ address: service.cloud.address }), { key: 'admin@demo', secret: 'wrong' }],
      ['organization', () => ({ address: service.cloud.address, organization: 'other' })],
      ['isEdge', () => ({ address: edgeAddress })],
      ['isCloud', () => ({ address: service.cloud.address, side: 'edge' })],
      ['notTls', () => ({ address: service.cloud.address.replace('http:', 'https:') })],
      ['invalid', () => ({ address: '' })],
      ['invalid', () => ({ address: 'ftp://host' })],
      ['invalid', () => ({ connection: 'openhorizon' })],
      ['invalid', () => ({ address: service.cloud.address, tls: 'not deployed' })],
    ];
    for (const [finding, settings, credentials] of findings) {
      it(`and hear what is wrong: ${finding}`, async () => {
        const found = await test(settings(), credentials);
        assert.deepEqual(
          { good: found.good, finding: found.finding },
          { good: false, finding },
          found.detail,
        );
      });
    }

    it('and hear that something else listens there', async () => {
      const other = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1');
      const port = await new Promise<number>((resolve) => {
        other.on('listening', () => resolve((other.address() as { port: number }).port));
      });
      assert.equal((await test({ address: `http://127.0.0.1:${port}` })).finding, 'notService');
      other.close();
    });

    it('with environment variables in place', async () => {
      process.env.TEST_SYNC_ADDRESS = service.cloud.address;
      try {
        assert.equal((await test({ address: ['$', '{TEST_SYNC_ADDRESS}'].join('') })).finding, 'cloud');
      } finally {
        delete process.env.TEST_SYNC_ADDRESS;
      }
    });

    it('with the stored secret for the address that it is stored for, and for no other', async () => {
      const asked: (string | undefined)[] = [];
      const thief = await serve((request, response) => {
        asked.push(request.headers.authorization);
        response.end('[]');
      });
      await helper.unload();
      const css = { ...empty, id: 'css', type: 'sync-service', address: service.cloud.address };
      await helper.load(nodes, wholeFlow([css]), { css: admin });
      const stored = { key: 'admin@demo', secret: '__PWRD__' };
      assert.equal((await test({ address: service.cloud.address }, stored, 'css')).finding, 'cloud');
      const elsewhere = await test({ address: thief.address }, stored, 'css');
      assert.equal(elsewhere.finding, 'invalid');
      assert.match(elsewhere.detail, /secret again/);
      assert.deepEqual(asked, []);
      await thief.close();
    });
  });

  describe('with the stored secret', () => {
    const stored = { key: 'admin@demo', secret: '__PWRD__' };
    let listener: Awaited<ReturnType<typeof serve>>;
    let asked: (string | undefined)[];

    beforeEach(async () => {
      asked = [];
      listener = await serve((request, response) => {
        asked.push(request.headers.authorization ?? request.headers['proxy-authorization'] ?? request.url);
        response.end('[]');
      });
      await helper.unload();
    });
    afterEach(() => listener.close());

    const deploy = async (settings: object): Promise<void> => {
      const css = { ...empty, id: 'css', type: 'sync-service', address: service.cloud.address, ...settings };
      const tls = { id: 'tls', type: 'tls-config', name: '', verifyservercert: false };
      await helper.load([...nodes, tlsNode], wholeFlow([css, tls]), { css: admin });
    };

    for (const [what, deployedWith, changed] of [
      ['another CA file', {}, { caFile: '/other/ca.pem' }],
      ['no CA file', { caFile: __filename }, { caFile: '' }],
      ['another TLS configuration', {}, { tls: 'tls' }],
      ['the proxy', {}, { proxy: true }],
      ['the proxy, by another side', { side: 'edge', proxy: true }, { side: 'cloud' }],
      ['the address of a service that is the local one', { connection: 'local' }, { connection: 'address' }],
    ] as const) {
      it(`do not send it by ${what}`, async () => {
        process.env.HTTP_PROXY = listener.address;
        try {
          await deploy(deployedWith);
          const settings = { address: service.cloud.address, ...deployedWith, ...changed };
          const found = await test(settings, stored, 'css');
          assert.equal(found.finding, 'invalid');
          assert.match(found.detail, /^Enter the secret again: the stored one is for the deployed address, /);
          const draft = { id: 'css', settings: { ...empty, ...settings }, credentials: stored };
          await helperRequest().post('/sync-service/edges').send({ draft }).expect(502);
          const suggestion = { what: 'objectTypes' };
          await helperRequest().post('/sync-service/suggestions').send({ draft, suggestion }).expect(502);
          assert.deepEqual(asked, []);
        } finally {
          delete process.env.HTTP_PROXY;
        }
      });
    }

    it('send it as the deployed configuration would, whatever else was changed', async () => {
      await deploy({});
      const settings = { address: service.cloud.address, organization: 'other' };
      assert.equal((await test(settings, stored, 'css')).finding, 'organization');
      // What a saved node lacks is no change.
      const css = { ...settings, organization: 'demo', edgeID: 'edge9', proxy: undefined, tls: undefined };
      assert.equal((await test(css, stored, 'css')).finding, 'cloud');
    });
  });

  describe('for suggestions', () => {
    const suggested = async (id: string, suggestion: object): Promise<string[]> => {
      const { body } = await helperRequest()
        .get(`/sync-service/${id}/suggestions`)
        .query(suggestion)
        .expect(200);
      return body as string[];
    };

    it('of types, objects and edges on a cloud', async () => {
      await helper.unload();
      await run(services);
      const cloud = await sharedLocalService().use({
        side: 'cloud',
        organization: 'demo',
        edgeType: '',
        edgeID: '',
      });
      await fetch(`${cloud.address}/api/v1/objects/demo/rules/r1`, {
        method: 'PUT',
        headers: { authorization: `Basic ${btoa('admin@demo:x')}` },
        body: JSON.stringify({ meta: { objectID: 'r1', objectType: 'rules' }, data: '' }),
      });
      cloud.release();
      assert.deepEqual(await suggested('css', { what: 'objectTypes' }), ['rules']);
      assert.deepEqual(await suggested('css', { what: 'objectIDs', objectType: 'rules' }), ['r1']);
      assert.deepEqual(await suggested('css', { what: 'objectIDs' }), []);
      // The edge is made when it is first used.
      assert.deepEqual(await suggested('ess', { what: 'objectTypes' }), []);
    });

    it('of a service that is not deployed yet, by what the dialog says', async () => {
      await helperRequest().get('/sync-service/new/suggestions').query({ what: 'objectTypes' }).expect(404);
      const draft = { id: 'new', settings: { ...empty, address: service.cloud.address }, credentials: admin };
      const ask = async (suggestion: object): Promise<unknown> =>
        (await helperRequest().post('/sync-service/suggestions').send({ draft, suggestion }).expect(200))
          .body;
      assert.deepEqual(await ask({ what: 'destinations' }), ['gateway:edge1']);
      assert.deepEqual(await ask({ what: 'destinationTypes' }), ['gateway']);
      assert.deepEqual(await ask({ what: 'destinationIDs', destinationType: 'gateway' }), ['edge1']);
      assert.deepEqual(await ask({ what: 'destinationIDs', destinationType: 'other' }), []);
    });

    it('and hear how many edges there are, however many', async () => {
      const draft = { id: 'new', settings: { ...empty, address: service.cloud.address }, credentials: admin };
      const ask = async (): Promise<unknown> =>
        (await helperRequest().post('/sync-service/edges').send({ draft }).expect(200)).body;
      assert.deepEqual(await ask(), { count: 1 });
      const place = { organization: 'demo', destinationType: 'gateway', destinationID: 'edge2' };
      await service.addEdge(place);
      await until('the second has registered', () => service.cloud.registeredEdges === 2);
      assert.deepEqual(await ask(), { count: 2 });
      await helperRequest().get('/sync-service/new/edges').expect(404);
      await helper.unload();
      await run(services);
      const { body } = await helperRequest().get('/sync-service/css/edges').expect(200);
      assert.deepEqual(body, { count: 0 });
      await helperRequest().get('/sync-service/ess/edges').expect(502);
    });

    it('and hear why there are none', async () => {
      const draft = { id: 'new', settings: { ...empty, address: 'http://127.0.0.1:1' }, credentials: admin };
      const answer = await helperRequest()
        .post('/sync-service/suggestions')
        .send({ draft, suggestion: { what: 'objectTypes' } })
        .expect(502);
      assert.equal((answer.body as Diagnosis).finding, 'refused');
    });
  });
});
