import assert from 'node:assert/strict';
import { until } from '../../support/until';
import type { Stage } from '../stage';
import type { Ground } from './ground';
import { Line } from './line';

const page = '<html><body>No such page here</body></html>';

/** What is gone, what has no data, what is refused: an application that is told one for the other loses objects. */
export function describeAbsence(stage: Stage, ground: Ground): void {
  const { bound } = stage;
  const objectID = 'o';
  const gone = { code: 'SYNC_NOT_FOUND', missing: 'object' };
  const withoutData = { code: 'SYNC_NOT_FOUND', missing: 'data' };

  it('an object that is not there is told from one without data', async () => {
    const [edge, cloud] = [stage.first.client, stage.services.cloud.client];
    const type = stage.newType();
    await assert.rejects(edge.fetchObjectData({ objectType: type, objectID }), gone);
    await assert.rejects(cloud.fetchObjectData({ objectType: type, objectID }), gone);
    const command = { ...stage.newName(), ...stage.to(stage.first, 'by type and ID'), noData: true };
    await cloud.updateObject(command);
    await assert.rejects(cloud.fetchObjectData(command), withoutData);
    await assert.rejects(edge.fetchObjectData(await stage.arrival(edge, command)), withoutData);
    const unready = stage.newName();
    await cloud.updateObject(unready);
    await assert.rejects(cloud.fetchObjectData(unready), withoutData);
  });

  it('one false 404 on data or metadata is not believed', async () => {
    const type = stage.newType();
    await ground.publish(type, [objectID]);
    const line = new Line();
    const client = ground.open(stage.first, {}, line.seams);
    const reading = ground.read(client, type);
    const { object } = await reading.next({ objectID });
    line.deny(/\/data$/, 1);
    assert.equal(String(await client.fetchObjectData(object)), 'data of o');
    line.deny(/\/o$/, 1);
    assert.equal(await client.acknowledge(object), 'consumed');
    assert.ok(line.saidAll);
    await ground.consumed(type, [objectID]);
  });

  it('a 404 with a page is a failure, never that something is gone', async () => {
    const type = stage.newType();
    await ground.publish(type, [objectID]);
    const line = new Line();
    const client = ground.open(stage.first, {}, line.seams);
    const reading = ground.read(client, type);
    const { object } = await reading.next({ objectID });
    line.deny(/objects\//, Number.POSITIVE_INFINITY, page);
    await until('the poll has failed', () => reading.receiver.state.phase === 'backing-off', bound);
    await assert.rejects(client.fetchObjectData(object), { code: 'SYNC_UNEXPECTED_RESPONSE' });
    line.behave();
    await until('it polls again', () => reading.receiver.state.phase === 'connected', bound);
    await reading.twoPolls();
    assert.deepEqual(reading.of({ objectID }), ['- attempt 1']);
    assert.equal(await client.acknowledge(object), 'consumed');
  });

  it('an object that another client has consumed is gone', async () => {
    const type = stage.newType();
    const object = { objectType: type, objectID };
    await ground.publish(type, [objectID]);
    const client = ground.open();
    const reading = ground.read(client, type, { interval: 3_600_000 });
    const update = await reading.next({ objectID });
    await stage.first.client.markObjectConsumed(object);
    await until('it is gone', () => stage.isForgotten(stage.first.client, object), bound);
    await assert.rejects(client.fetchObjectData(update.object), gone);
    assert.equal(await client.acknowledge(update.object), 'gone');
  });

  it('an object that another client has consumed is gone for a service too, and its credentials are good', async function () {
    const { serviceCredentials } = stage.first;
    if (!serviceCredentials) {
      return stage.notRun(this, 'EDGE_SYNC_ESS_SERVICE_KEY and EDGE_SYNC_ESS_SERVICE_SECRET');
    }
    const type = stage.newType();
    const object = { objectType: type, objectID };
    await ground.publish(type, [objectID]);
    const client = ground.open(stage.first, serviceCredentials);
    const reading = ground.read(client, type, { interval: 3_600_000 });
    const update = await reading.next({ objectID });
    await stage.first.client.markObjectConsumed(object);
    await until('it is gone', () => stage.isForgotten(stage.first.client, object), bound);
    await assert.rejects(client.fetchObjectData(update.object), { ...gone, statusCode: 403 });
    await assert.rejects(client.getObjectMetadata(object), { ...gone, statusCode: 403 });
    assert.equal(await client.acknowledge(update.object), 'gone');
    assert.equal(reading.receiver.state.error, undefined);
  });

  it('bad credentials are refused as such, and a receiver says so', async () => {
    const type = stage.newType();
    await ground.publish(type, [objectID]);
    const object = { objectType: type, objectID };
    const client = ground.open(stage.first, { key: 'nobody', secret: 'wrong' });
    const refused = { code: 'SYNC_UNAUTHORIZED', statusCode: 403 };
    await assert.rejects(client.getObjectMetadata(object), refused);
    await assert.rejects(client.fetchObjectData(object), refused);
    await assert.rejects(client.acknowledge(object), refused);
    await assert.rejects(client.getObjectMetadata({ ...object, objectID: 'unknown' }), refused);
    const { receiver } = ground.read(client, type);
    await until('the poll is refused', () => receiver.state.error?.code === 'SYNC_UNAUTHORIZED', bound);
    const listed = await stage.listed(stage.first.client, object);
    assert.ok(listed);
    assert.equal(await stage.first.client.acknowledge(listed), 'consumed');
  });
}
