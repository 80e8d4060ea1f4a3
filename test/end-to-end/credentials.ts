import assert from 'node:assert/strict';
import type { ObjectMetadataInput, SyncServiceClient } from '../../src/client';
import { until } from '../support/until';
import type { Stage } from './stage';

/** With the credentials of a service, as Open Horizon gives them to what runs on an edge. */
export function describeServiceCredentials(stage: Stage): void {
  const scenario = (name: string, run: (service: SyncServiceClient) => Promise<void>): void => {
    it(`a service on an edge ${name}`, async function () {
      const { service } = stage.first;
      if (service) return run(service);
      return stage.notRun(this, 'EDGE_SYNC_ESS_SERVICE_KEY and EDGE_SYNC_ESS_SERVICE_SECRET');
    });
  };
  /** An ESS refuses a service what is gone or not for it as it refuses bad credentials; the list of the type tells. */
  const absent = { code: 'SYNC_NOT_FOUND', statusCode: 403, missing: 'object' };
  const toFirst = (): ObjectMetadataInput => ({
    ...stage.newName(),
    ...stage.to(stage.first, 'by type and ID'),
  });

  scenario('receives and consumes, and what is gone is told from bad credentials', async (service) => {
    const object = toFirst();
    await stage.services.cloud.client.publish(object, 'data');
    const metadata = await stage.arrival(service, object);
    assert.equal(String(await service.fetchObjectData(metadata)), 'data');
    assert.equal(await service.acknowledge(metadata), 'consumed');
    await until(
      'a user is told that it is gone',
      () => stage.isForgotten(stage.first.client, object),
      stage.bound,
    );
    await assert.rejects(service.getObjectMetadata(object), absent);
    await assert.rejects(service.fetchObjectData(object), absent);
    await assert.rejects(service.markObjectConsumed(object), absent);
    assert.equal(await stage.listed(service, object), undefined);
  });

  scenario('finds nothing where an object is unknown, and its lists go on', async (service) => {
    const unknown = stage.newName();
    await assert.rejects(service.getObjectStatus(unknown), absent);
    await assert.rejects(service.markObjectReceived(unknown), absent);
    assert.equal(await stage.listed(service, unknown), undefined);
    assert.ok(await service.getHealth());
  });

  scenario('does not see an object whose policy names another one', async (service) => {
    const cloud = stage.services.cloud.client;
    const other = { orgID: 'nobody', serviceName: 'other', arch: '*', version: '[0.0.0,INFINITY)' };
    const object = {
      ...stage.newName(),
      destinationPolicy: { properties: [], constraints: [], services: [other] },
    };
    await cloud.publish(object, 'data');
    const { destinationType, destinationID } = stage.first;
    await cloud.setObjectDestinations(object, [{ destinationType, destinationID }]);
    const metadata = await stage.arrival(stage.first.client, object);
    assert.equal(await stage.listed(service, object), undefined);
    await assert.rejects(service.fetchObjectData(object), absent);
    await assert.rejects(service.markObjectConsumed(object), absent);
    assert.equal(await stage.first.client.acknowledge(metadata), 'consumed');
  });

  scenario('sees a deletion and acknowledges it once', async (service) => {
    const object = toFirst();
    await stage.services.cloud.client.publish(object, 'data');
    await stage.arrival(service, object);
    await stage.services.cloud.client.deleteObject(object);
    const deletion = await stage.arrival(service, object, ({ deleted }) => deleted);
    assert.equal(await service.acknowledge(deletion), 'deleted');
    await assert.rejects(service.markObjectDeleted(object), absent);
  });

  scenario('publishes to its CSS', async (service) => {
    const object = stage.newName();
    await service.publish(object, 'from a service');
    const metadata = await stage.arrival(stage.services.cloud.client, object);
    assert.equal(String(await stage.services.cloud.client.fetchObjectData(metadata)), 'from a service');
  });
}
