import assert from 'node:assert/strict';
import { until } from '../support/until';
import type { Stage } from './stage';

const commands = 'EDGE_SYNC_ESS_STOP and EDGE_SYNC_ESS_START';

/** What becomes of a deletion on its way: a CSS waits for an edge's service to hear of it, not for an application. */
export function describeDeletions(stage: Stage): void {
  const { bound } = stage;

  it('a deletion: the CSS forgets it once the edge has heard of it, the edge once its application has', async () => {
    const { sender, receiver } = stage.ends('to an ESS');
    const object = { ...stage.newName(), ...stage.to(stage.first, 'by type and ID') };
    await sender.publish(object, 'data');
    await stage.arrival(receiver, object);
    await sender.deleteObject(object);
    const deletion = await stage.arrival(receiver, object, ({ deleted }) => deleted);
    await until('the CSS has forgotten it', () => stage.isForgotten(sender, object), bound);
    await assert.rejects(sender.deleteObject(object), { code: 'SYNC_NOT_FOUND' });
    assert.ok(await stage.listed(receiver, object));
    assert.equal(await receiver.acknowledge(deletion), 'deleted');
    assert.equal(await stage.listed(receiver, object), undefined);
  });

  it('a deletion that no application acknowledged: what is published anew takes its place', async () => {
    const { sender, receiver } = stage.ends('to an ESS');
    const object = { ...stage.newName(), ...stage.to(stage.first, 'by type and ID') };
    await sender.publish(object, 'old');
    await stage.arrival(receiver, object);
    await sender.deleteObject(object);
    await stage.arrival(receiver, object, ({ deleted }) => deleted);
    await until('the CSS has forgotten it', () => stage.isForgotten(sender, object), bound);
    await sender.publish(object, 'new');
    const anew = await stage.arrival(receiver, object);
    assert.equal(String(await receiver.fetchObjectData(anew)), 'new');
    assert.equal(await receiver.acknowledge(anew), 'consumed');
  });

  it('a deletion before the edge polls: the CSS keeps it, refuses updates, and tells the edge when it is back', async function () {
    const edge = stage.first;
    if (!edge.stop || !edge.start) return stage.notRun(this, commands);
    const { sender, receiver } = stage.ends('to an ESS');
    const object = { ...stage.newName(), ...stage.to(edge, 'by type and ID') };
    await sender.publish(object, 'data');
    await stage.arrival(receiver, object);
    await stage.whileAway(edge, async () => {
      await sender.deleteObject(object);
      assert.equal((await sender.getObjectMetadata(object)).deleted, true);
      await assert.rejects(sender.publish(object, 'again'), { code: 'SYNC_REJECTED' });
    });
    const deletion = await stage.arrival(receiver, object, ({ deleted }) => deleted);
    await until('the CSS has forgotten it', () => stage.isForgotten(sender, object), bound);
    assert.equal(await receiver.acknowledge(deletion), 'deleted');
  });

  it('a second deletion before the edge polls takes the first back, and the edge goes on listing the object', async function () {
    const edge = stage.first;
    if (!edge.stop || !edge.start) return stage.notRun(this, commands);
    const { sender, receiver } = stage.ends('to an ESS');
    const object = { ...stage.newName(), ...stage.to(edge, 'by type and ID') };
    await sender.publish(object, 'data');
    await stage.arrival(receiver, object);
    await stage.whileAway(edge, async () => {
      await sender.deleteObject(object);
      await sender.deleteObject(object);
      assert.equal(await stage.isForgotten(sender, object), true);
    });
    const sign = { ...stage.newName(), ...stage.to(edge, 'by type and ID') };
    await sender.publish(sign, 'a sign that the edge has polled');
    await stage.arrival(receiver, sign);
    assert.equal((await stage.listed(receiver, object))?.deleted, false);
    assert.equal(String(await receiver.fetchObjectData(object)), 'data');
  });
}
