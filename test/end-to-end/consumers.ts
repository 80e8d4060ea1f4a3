import assert from 'node:assert/strict';
import { until } from '../support/until';
import type { Stage } from './stage';

/** Objects that are for several consumers: each marks it once, as received or as consumed. */
export function describeConsumers(stage: Stage): void {
  const { bound } = stage;

  it('for two consumers: received and consumed are counted apart, and the second consumed lets it go', async () => {
    const { sender, receiver } = stage.ends('to an ESS');
    const object = { ...stage.newName(), ...stage.to(stage.first, 'by type and ID'), consumers: 2 };
    await sender.publish(object, 'data');
    await stage.arrival(receiver, object);
    await receiver.markObjectReceived(object);
    assert.equal(await receiver.getObjectStatus(object), 'completelyReceived');
    assert.ok(await stage.listed(receiver, object));
    await receiver.markObjectReceived(object);
    assert.equal(await receiver.getObjectStatus(object), 'objreceived');
    assert.equal(await stage.listed(receiver, object), undefined);
    assert.ok(await stage.listed(receiver, object, true));
    await receiver.markObjectConsumed(object);
    assert.ok(await stage.listed(receiver, object, true));
    await receiver.markObjectConsumed(object);
    await until('it is gone', async () => !(await stage.listed(receiver, object, true)), bound);
    await assert.rejects(receiver.markObjectConsumed(object), { code: 'SYNC_REJECTED' });
  });

  it('for two consumers: an update is for both again', async () => {
    const { sender, receiver } = stage.ends('to an ESS');
    const object = { ...stage.newName(), ...stage.to(stage.first, 'by type and ID'), consumers: 2 };
    await sender.publish(object, 'one');
    const { instanceID } = await stage.arrival(receiver, object);
    await receiver.markObjectConsumed(object);
    await sender.publish(object, 'two');
    await stage.arrival(receiver, object, (metadata) => metadata.instanceID !== instanceID);
    await receiver.markObjectConsumed(object);
    assert.equal(String(await receiver.fetchObjectData(object)), 'two');
    await receiver.markObjectConsumed(object);
    await until('it is gone', async () => !(await stage.listed(receiver, object, true)), bound);
  });
}
