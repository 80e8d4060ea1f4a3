import assert from 'node:assert/strict';
import type { AcknowledgeOutcome, ObjectMetadata } from '../../../src/client';
import { until } from '../../support/until';
import { type Service, untilRegistered } from '../services';
import type { Stage } from '../stage';
import type { Ground } from './ground';
import type { Reading } from './reading';

/** Services that begin again with nothing: a gateway that was replaced, a disk that was wiped, a cloud that was set up anew. */
export function describeLostStores(stage: Stage, ground: Ground): void {
  const { bound } = stage;

  /** Has it begin again with an empty store, and runs in between. */
  async function lose({ client, lose: stop, start }: Service, run: () => void): Promise<void> {
    await stage.whileAway({ client, connect: stage.first.connect, stop, start }, async () => run());
  }

  /** Nothing is in the flow, and nothing on its way. */
  async function atRest({ receiver }: Reading): Promise<void> {
    const isAtRest = (): boolean => receiver.state.inFlight + receiver.state.acknowledging === 0;
    await until('nothing is under way', isAtRest, bound);
  }

  it('an edge is replaced: what was in the flow is acknowledged, what waited or was consumed comes again, and nothing stays', async function () {
    const edge = stage.first;
    if (!edge.lose || !edge.start) return stage.notRun(this, 'EDGE_SYNC_ESS_LOSE and EDGE_SYNC_ESS_START');
    const type = stage.newType();
    const inFlow = ['consumed', 'received', 'rejected', 'handed', 'asked'];
    const ids = [...inFlow, 'waiting'];
    await ground.publish(type, ids.slice(0, -1));
    const client = ground.open();
    let isReplaced = false;
    const reading: Reading = ground.read(client, type, { window: inFlow.length }, ({ object }) => {
      if (isReplaced) void client.acknowledge(object);
    });
    const of = async (objectID: string): Promise<ObjectMetadata> => (await reading.next({ objectID })).object;
    await Promise.all(inFlow.map(of));
    await ground.publish(type, ids.slice(-1));
    assert.equal(await client.acknowledge(await of('consumed')), 'consumed');
    assert.equal(await client.acknowledge(await of('received'), 'received'), 'received');
    reading.receiver.reject(await of('rejected'));
    await of('waiting');
    const [asked, handed] = [await of('asked'), await of('handed')];
    const outcomes: AcknowledgeOutcome[] = [];
    const before = reading.handed.length;
    await lose(edge, () => {
      void client.acknowledge(asked).then((outcome) => outcomes.push(outcome));
    });
    // What was consumed is known no more: else it is asked for again, and may be gone before the rest is back.
    await reading.twoPolls();
    // As whoever replaced it has to: by itself its cloud sends nothing that it has delivered.
    const resent = (): Promise<boolean> => edge.client.resend().then(() => true);
    await until('it has registered', () => resent().catch(() => false), bound);
    const isBack = async (): Promise<boolean> => {
      const back = await edge.client.listUpdates(type, { received: true });
      return ids.every((id) => id === 'asked' || back.some(({ objectID }) => objectID === id));
    };
    await until('all that nobody has asked for is back', isBack, bound);
    isReplaced = true;
    const again = reading.handed.slice(before).map(({ object }) => client.acknowledge(object));
    assert.equal(await client.acknowledge(handed), 'consumed');
    assert.equal(await client.acknowledge(await of('waiting')), 'consumed');
    await client.acknowledge(await of('received'));
    reading.receiver.tryAgain();
    await Promise.all(again);
    await ground.consumed(type, ids);
    await until('the flow hears of what it asked', () => outcomes.length > 0, bound);
    await until(
      'nothing is left',
      async () => (await edge.client.listUpdates(type, { received: true })).length === 0,
      bound,
    );
    await atRest(reading);
    assert.equal(reading.receiver.state.exhausted, 0);
  });

  it('a cloud is set up anew: edges go on with what they have, and what is published again is not taken for the old', async function () {
    const { cloud, edges } = stage.services;
    const { lose: losing, start } = cloud;
    if (!losing || !start || !edges.every((edge) => edge.stop && edge.start))
      return stage.notRun(
        this,
        'EDGE_SYNC_CSS_LOSE, EDGE_SYNC_CSS_START and those that stop and start edges',
      );
    const type = stage.newType();
    const object = { objectType: type, objectID: 'kept', ...stage.to(stage.first, 'by type and ID') };
    await ground.publish(type, ['kept', 'asked']);
    const [client, publisher] = [ground.open(), ground.open(cloud)];
    let isAnew = false;
    const reading: Reading = ground.read(client, type, {}, ({ object: update }) => {
      if (isAnew) void client.acknowledge(update);
    });
    const [{ object: kept }, { object: asked }] = [
      await reading.next({ objectID: 'kept' }),
      await reading.next({ objectID: 'asked' }),
    ];
    const other = { ...object, objectType: stage.newType() };
    assert.equal(await publisher.publishIfChanged(other, 'x'), 'published');
    assert.equal(await publisher.publishIfChanged(other, 'x'), 'unchanged');
    const watch = publisher.waitForDelivery(kept, 'consumed', { patience: 5 * bound });
    const outcomes: AcknowledgeOutcome[] = [];
    await lose(cloud, () => {
      void client.acknowledge(asked).then((outcome) => outcomes.push(outcome));
    });
    assert.equal((await watch).outcome, 'gone');
    // An edge that runs is told to register only when it pings, each hour.
    for (const { start: begin, stop } of edges) {
      await stop?.();
      await begin?.();
    }
    await untilRegistered(stage.services, bound);
    await until('what was asked is acknowledged', () => outcomes.length > 0, bound);
    assert.deepEqual(outcomes, ['consumed']);
    isAnew = true;
    assert.equal(await publisher.publishIfChanged(other, 'x'), 'published');
    await publisher.publish(object, 'new');
    await stage.arrival(stage.first.client, object, ({ instanceID }) => instanceID !== kept.instanceID);
    assert.equal(await client.acknowledge(kept), 'superseded');
    await ground.consumed(type, ['kept']);
    await atRest(reading);
    assert.equal(reading.of(object).length, 2);
    assert.equal(reading.receiver.state.exhausted, 0);
  });
}
