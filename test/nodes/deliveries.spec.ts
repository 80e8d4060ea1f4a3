import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import helper from 'node-red-node-test-helper';
import { faultText } from '../../nodes/common/fault';
import { toNobody } from '../../nodes/sync-out/reach';
import { type LocalEdge, LocalService } from '../../src/local-service';
import { clientOf } from '../support/clients';
import {
  deploy,
  give,
  next,
  nodes,
  receivingFlow,
  sendingFlow,
  statusesOf,
  wholeFlow,
  withNodeRed,
} from '../support/flow';
import { asAdmin, cloudNode, edgeNode, nowhere } from '../support/service-nodes';
import { until } from '../support/until';

type Message = Awaited<ReturnType<typeof next>>;
type Failure = { code: string; message: string };

describe('sync-out that waits', () => {
  let service: LocalService;

  withNodeRed();
  beforeEach(async () => {
    service = await LocalService.start({ intervals: { registration: 1, poll: 5 } });
  });
  afterEach(() => service.stop());

  const addEdge = (destinationID: string): Promise<LocalEdge> =>
    service.addEdge({ organization: 'demo', destinationType: 'gateway', destinationID });
  const untilRegistered = (count: number): Promise<unknown> =>
    until(`${count} have registered`, () => service.cloud.registeredEdges === count);

  /** The configuration of this service, with an edge that a flow reads. */
  const configs = (edge?: LocalEdge): Parameters<typeof wholeFlow>[0] => [
    cloudNode(service.cloud.address),
    edgeNode(edge?.address ?? nowhere),
  ];
  const load = async (
    fields: object,
    edge?: LocalEdge,
    ...more: Parameters<typeof wholeFlow>
  ): Promise<void> => {
    const waiting = { waitFor: 'consumed', timeout: '20', ...fields };
    await helper.load(nodes, wholeFlow(configs(edge), sendingFlow(waiting), ...more), asAdmin);
  };
  const r1 = { objectType: 'rules', objectID: 'r1' };

  /** Says that something is not over while something else becomes true. */
  const notOver = async (what: Promise<unknown>): Promise<() => void> => {
    let over = false;
    void what.then(() => {
      over = true;
    });
    return () => assert.equal(over, false);
  };

  it('completes when it was delivered to every edge', async () => {
    const edges = [await addEdge('edge1'), await addEdge('edge2')];
    await untilRegistered(2);
    await edges[1]?.stop();
    await load({ waitFor: 'delivered' }, edges[0]);
    const [sent, shown] = [next('sent'), statusesOf('out')];
    const check = await notOver(sent);
    give('out', { payload: 'hello', keep: 'me' });
    await until('one has it', () => shown.some(({ text }) => text === 'delivered 1/2'));
    check();
    await edges[1]?.start();
    const { outcome, destinations, keep, object } = await sent;
    assert.deepEqual([outcome, keep], ['delivered', 'me']);
    assert.equal((object as { objectID: string }).objectID, 'r1');
    assert.deepEqual(
      (destinations as { destinationID: string; status: string }[]).map((each) => [
        each.destinationID,
        each.status,
      ]),
      [
        ['edge1', 'delivered'],
        ['edge2', 'delivered'],
      ],
    );
  });

  it('completes when it was consumed at every edge, not before', async () => {
    const edges = [await addEdge('edge1'), await addEdge('edge2')];
    await untilRegistered(2);
    await load({}, edges[0], receivingFlow());
    const [sent, shown] = [next('sent'), statusesOf('out')];
    const check = await notOver(sent);
    give('out', { payload: 'hello' });
    await until('one has consumed it', () => shown.some(({ text }) => text === 'consumed 1/2'));
    check();
    const other = edges[1];
    assert.ok(other);
    await other.marks.consumed(['demo', 'rules', 'r1']);
    assert.equal((await sent).outcome, 'consumed');
  });

  it('goes on waiting while nobody has registered yet', async () => {
    await load({ waitFor: 'delivered' });
    const [sent, shown] = [next('sent'), statusesOf('out')];
    const check = await notOver(sent);
    give('out', { payload: 'hello' });
    await until('it has looked', () => shown.some(({ text }) => text === toNobody.text));
    check();
    await addEdge('edge1');
    assert.equal((await sent).outcome, 'delivered');
  });

  it('says so while the service is away, and goes on waiting', async () => {
    const edge = await addEdge('edge1');
    await untilRegistered(1);
    await edge.stop();
    await load({ waitFor: 'delivered' });
    const [sent, shown] = [next('sent'), statusesOf('out')];
    give('out', { payload: 'hello' });
    await until('it waits', () => shown.some(({ text }) => text === 'delivered 0/1'));
    await service.cloud.stop();
    const away = { fill: 'yellow', shape: 'ring', text: faultText({ code: 'SYNC_UNREACHABLE' }).key };
    await until('it says that the service is away', () => isDeepStrictEqual(shown.at(-1), away));
    await service.cloud.start();
    await edge.start();
    assert.equal((await sent).outcome, 'delivered');
  });

  it('gives up after its time, and tells what it saw', async () => {
    const edge = await addEdge('edge1');
    await untilRegistered(1);
    await edge.stop();
    await load({ timeout: '0.3' });
    const [sent, shown] = [next('sent'), statusesOf('out')];
    give('out', { payload: 'hello' });
    const { outcome, destinations } = await sent;
    assert.equal(outcome, 'timeout');
    assert.deepEqual(destinations, [
      { destinationType: 'gateway', destinationID: 'edge1', status: 'delivering', message: '' },
    ]);
    const timeout = { fill: 'yellow', shape: 'dot', text: 'sync-out.outcome.timeout' };
    await until('the outcome is shown', () => isDeepStrictEqual(shown.at(-1), timeout));
  });

  /** What an edge would tell of the object `r1`. */
  function report(place: string, told: { status: string; message: string }): void {
    const { store } = service.cloud;
    const object = store.get('demo', 'rules', 'r1');
    const delivery = object?.deliveries.get(place);
    assert.ok(object && delivery);
    const deliveries = new Map(object.deliveries).set(place, { ...delivery, ...told });
    store.change('demo', object, { deliveries });
  }

  it('fails as soon as one edge fails, whatever the others do', async () => {
    const edges = [await addEdge('edge1'), await addEdge('edge2')];
    await untilRegistered(2);
    for (const edge of edges) await edge.stop();
    await load({});
    const [caught, shown] = [next('caught'), statusesOf('out')];
    give('out', { payload: 'hello', keep: 'me' });
    await until('it waits', () => shown.some(({ text }) => text === 'consumed 0/2'));
    report('gateway:edge2', { status: 'error', message: 'disk full' });
    const message: Message = await caught;
    const { code, message: text } = message.error as unknown as Failure;
    assert.equal(code, 'SYNC_DELIVERY_FAILED');
    assert.equal(text, 'rules/r1 could not be delivered to gateway/edge2: disk full');
    assert.deepEqual(
      (message.destinations as { status: string }[]).map(({ status }) => status),
      ['delivering', 'error'],
    );
    assert.equal(message.keep, 'me');
  });

  it('ends with superseded when there is a newer version, whatever became of that one', async () => {
    const edge = await addEdge('edge1');
    await untilRegistered(1);
    await edge.stop();
    await load({});
    const [sent, shown] = [next('sent'), statusesOf('out')];
    give('out', { payload: 'hello' });
    await until('it waits', () => shown.some(({ text }) => text === 'consumed 0/1'));
    await (await clientOf('css')).publish(r1, 'newer');
    report('gateway:edge1', { status: 'error', message: 'of the newer version' });
    assert.equal((await sent).outcome, 'superseded');
  });

  for (const [what, registered, outcome] of [
    ['deleted while an edge has yet to know', 1, 'deleted'],
    ['deleted before anybody registered', 0, 'gone'],
  ] as const) {
    it(`ends when the object was ${what}`, async () => {
      if (registered) await (await addEdge('edge1')).stop();
      // An edge that stopped before it registered is not one.
      if (registered) {
        await service.edges[0]?.start();
        await untilRegistered(1);
        await service.edges[0]?.stop();
      }
      await load({});
      const [sent, shown] = [next('sent'), statusesOf('out')];
      give('out', { payload: 'hello' });
      const waits = registered ? 'consumed 0/1' : toNobody.text;
      await until('it waits', () => shown.some(({ text }) => text === waits));
      await (await clientOf('css')).deleteObject(r1);
      assert.equal((await sent).outcome, outcome);
    });
  }

  it('sees from an edge when the cloud has consumed it', async () => {
    const edge = await addEdge('edge1');
    await untilRegistered(1);
    await load({ service: 'ess', objectID: '', objectIDType: 'unique', destination: '' }, edge);
    const sent = next('sent');
    const check = await notOver(sent);
    give('out', { payload: 'reading' });
    const cloud = await clientOf('css');
    const object = await until('the cloud has it', async () => (await cloud.listUpdates('rules'))[0]);
    check();
    await cloud.markObjectConsumed(object);
    const { outcome, destinations } = await sent;
    assert.equal(outcome, 'consumed');
    assert.deepEqual(destinations, []);
  });

  it('on an edge ends when the object is gone', async () => {
    const edge = await addEdge('edge1');
    await load({ service: 'ess', destination: '' }, edge);
    const sent = next('sent');
    give('out', { payload: 'reading' });
    const there = await clientOf('ess');
    await until('it is there', async () => (await there.listAllObjects('rules')).length === 1);
    await there.deleteObject(r1);
    assert.equal((await sent).outcome, 'gone');
  });

  it('waits for an object that it activates, and for one whose data comes later', async () => {
    const edge = await addEdge('edge1');
    await untilRegistered(1);
    await load({ waitFor: 'delivered', action: 'activate' }, edge);
    const cloud = await clientOf('css');
    await cloud.publish({ ...r1, inactive: true }, 'hello');
    const activated = next('sent');
    give('out', {});
    assert.equal((await activated).outcome, 'delivered');
    await cloud.updateObject({ objectType: 'rules', objectID: 'r2' });
    const late = sendingFlow({ waitFor: 'delivered', action: 'data', objectID: 'r2' });
    await deploy(wholeFlow(configs(edge), late), 'nodes');
    const delivered = next('sent');
    give('out', { payload: 'late' });
    assert.equal((await delivered).outcome, 'delivered');
  });

  it('tells who does not wait that no edge is registered, until one is', async () => {
    await load({ waitFor: 'published' });
    const shown = statusesOf('out');
    give('out', { payload: 'hello' });
    await until('it says so', () => shown.at(-1)?.text === toNobody.text);
    await addEdge('edge1');
    await untilRegistered(1);
    give('out', { payload: 'hello' });
    const asked = next('sent');
    assert.equal((await asked).outcome, 'published');
    await pause(50);
    await until('the outcome is shown', () => shown.at(-1)?.text === 'sync-out.outcome.published');
  });

  it('ends at a redeploy of the node: nobody waits any more', async () => {
    await load({});
    const [caught, shown] = [next('caught'), statusesOf('out')];
    give('out', { payload: 'hello' });
    await until('it waits', () => shown.some(({ text }) => text === toNobody.text));
    const changed = sendingFlow({ name: 'changed', waitFor: 'consumed' });
    await deploy(wholeFlow(configs(), changed), 'nodes');
    const { code, message } = (await caught).error as unknown as Failure;
    assert.equal(code, 'SYNC_ABORTED');
    assert.match(message, /^rules\/r1 is published, but nobody waits/);
    assert.deepEqual(shown.at(-1), {});
  });
});
