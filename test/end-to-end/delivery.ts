import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { ObjectMetadata, ObjectMetadataInput, SyncServiceClient } from '../../src/client';
import { until } from '../support/until';
import type { Edge } from './services';
import type { Addressing, Stage } from './stage';

/** Objects between a CSS and its ESSs, as an application sees them: against local services, or real ones. */
export function describeDelivery(stage: Stage): void {
  const { bound } = stage;

  for (const direction of ['to an ESS', 'to a CSS'] as const) {
    const addressings: Addressing[] =
      direction === 'to an ESS'
        ? ['by type and ID', 'by type', 'by a list', 'as a broadcast']
        : ['as a broadcast'];
    for (const addressing of addressings) {
      const how = direction === 'to an ESS' ? `${direction} ${addressing}` : direction;
      const publishing = (): ReturnType<Stage['ends']> & { object: ObjectMetadataInput } => ({
        ...stage.ends(direction),
        object: { ...stage.newName(), ...(direction === 'to an ESS' && stage.to(stage.first, addressing)) },
      });

      // What a CSS has consumed, an ESS cannot publish again under its ID.
      for (const consume of direction === 'to an ESS' ? [true, false] : [false]) {
        const after = consume ? 'that was consumed' : 'that was not consumed';
        const consumeIf = async (receiver: SyncServiceClient, metadata: ObjectMetadata): Promise<void> => {
          if (consume) assert.equal(await receiver.acknowledge(metadata), 'consumed');
        };

        it(`${how}: an object ${after} arrives, and is updated`, async () => {
          const { sender, receiver, object } = publishing();
          await sender.publish(object, 'one');
          const metadata = await stage.arrival(receiver, object);
          assert.equal(String(await receiver.fetchObjectData(metadata)), 'one');
          await consumeIf(receiver, metadata);
          await sender.publish(object, 'two, longer');
          const update = await stage.arrival(
            receiver,
            object,
            ({ instanceID }) => instanceID !== metadata.instanceID,
          );
          assert.equal(String(await receiver.fetchObjectData(update)), 'two, longer');
          await receiver.acknowledge(update);
        });

        it(`${how}: an object ${after} is deleted`, async () => {
          const { sender, receiver, object } = publishing();
          await sender.publish(object, 'data');
          await consumeIf(receiver, await stage.arrival(receiver, object));
          await sender.deleteObject(object);
          const deletion = await stage.arrival(receiver, object, ({ deleted }) => deleted);
          assert.equal(await receiver.acknowledge(deletion), 'deleted');
          await until('it is listed no more', async () => !(await stage.listed(receiver, object)), bound);
        });
      }

      it(`${how}: an inactive object arrives once it is activated by hand`, async () => {
        const { sender, receiver, object } = publishing();
        await sender.publish({ ...object, inactive: true }, 'data');
        const other = { ...object, ...stage.newName() };
        await sender.publish(other, 'a sign that the inactive one would have come');
        await stage.arrival(receiver, other);
        assert.equal(await stage.listed(receiver, object), undefined);
        await sender.activateObject(object);
        assert.equal(String(await receiver.fetchObjectData(await stage.arrival(receiver, object))), 'data');
      });

      it(`${how}: an inactive object arrives once its activation time has come`, async () => {
        const { sender, receiver, object } = publishing();
        const activationTime = new Date(Date.now() + 2_000).toISOString();
        await sender.publish({ ...object, inactive: true, activationTime }, 'data');
        await stage.arrival(receiver, object);
        assert.ok(Date.now() >= Date.parse(activationTime));
      });

      it(`${how}: an object without data arrives`, async () => {
        const { sender, receiver, object } = publishing();
        await sender.updateObject({ ...object, noData: true, description: 'a command' });
        const metadata = await stage.arrival(receiver, object);
        assert.equal(metadata.description, 'a command');
        await assert.rejects(receiver.fetchObjectData(metadata), { code: 'SYNC_NOT_FOUND' });
        assert.equal(await receiver.acknowledge(metadata), 'consumed');
      });

      it(`${how}: a metadata-only update arrives and keeps the data`, async () => {
        const { sender, receiver, object } = publishing();
        await sender.publish(object, 'data');
        await stage.arrival(receiver, object);
        await sender.updateObject({ ...object, metaOnly: true, version: '2' });
        const update = await stage.arrival(receiver, object, ({ version }) => version === '2');
        assert.equal(String(await receiver.fetchObjectData(update)), 'data');
      });

      it(`${how}: data of several pieces arrives whole`, async () => {
        const { sender, receiver, object } = publishing();
        const data = randomBytes(3_000_000);
        await sender.publish(object, data);
        assert.ok((await receiver.fetchObjectData(await stage.arrival(receiver, object))).equals(data));
      });
    }
  }

  it('to a CSS: an object that was consumed cannot be published or deleted again', async () => {
    const { sender, receiver } = stage.ends('to a CSS');
    const object = stage.newName();
    await sender.publish(object, 'data');
    assert.equal(await receiver.acknowledge(await stage.arrival(receiver, object)), 'consumed');
    await until(
      'the edge knows',
      async () => (await sender.getObjectStatus(object)) === 'consumedByDest',
      bound,
    );
    await assert.rejects(sender.publish(object, 'again'), { code: 'SYNC_REJECTED' });
    await assert.rejects(sender.deleteObject(object), { code: 'SYNC_REJECTED' });
  });

  it('to an ESS: an expired object is forgotten by the CSS, and goes on being listed at the ESS', async () => {
    const { sender, receiver } = stage.ends('to an ESS');
    const expiration = new Date(Date.now() + 3_000).toISOString();
    const object = { ...stage.newName(), ...stage.to(stage.first, 'by type and ID') };
    await sender.publish({ ...object, expiration }, 'data');
    await stage.arrival(receiver, object);
    await until('the CSS has forgotten it', () => stage.isForgotten(sender, object), bound + 40_000);
    assert.ok(await stage.listed(receiver, object));
  });

  it('to an ESS: the sender sees how far an object has come', async () => {
    const { sender, receiver } = stage.ends('to an ESS');
    const object = { ...stage.newName(), ...stage.to(stage.first, 'by type and ID') };
    await sender.publish(object, 'data');
    const metadata = await stage.arrival(receiver, object);
    const status = async (): Promise<string | undefined> =>
      (await sender.getObjectDestinations(object))[0]?.status;
    await until('it is delivered', async () => (await status()) === 'delivered', bound);
    await receiver.acknowledge(metadata);
    await until('it is consumed', async () => (await status()) === 'consumed', bound);
  });

  it('to an ESS: a receiver hands out each version once, and its acknowledgement lets it go', async () => {
    const { sender, receiver } = stage.ends('to an ESS');
    const type = `${stage.objectType}-feed`;
    const updates = receiver.pollForUpdates(type, { interval: 50 });
    const iterator = updates[Symbol.asyncIterator]();
    for (const version of ['1', '2']) {
      await sender.publish(
        { objectType: type, objectID: 'o', version, ...stage.to(stage.first, 'by type and ID') },
        version,
      );
      const { object, attempt } = (await iterator.next()).value;
      assert.equal(object.version, version);
      assert.equal(attempt, 1);
      assert.equal(await updates.acknowledge(object), 'consumed');
    }
    updates.close();
    assert.deepEqual(await receiver.listUpdates(type, { received: true }), []);
  });

  const several = (name: string, run: (edges: [Edge, Edge]) => Promise<void>): void => {
    it(name, async function () {
      const [one, two] = stage.services.edges;
      if (one && two) return run([one, two]);
      return stage.notRun(this, 'a second edge (EDGE_SYNC_ESS2_URL)');
    });
  };

  several('to several ESSs: each gets its own object', async (edges) => {
    const objects = edges.map((edge) => ({ ...stage.newName(), ...stage.to(edge, 'by type and ID') }));
    for (const object of objects) await stage.services.cloud.client.publish(object, object.objectID);
    for (const [index, edge] of edges.entries()) {
      const [own, other] = [objects[index], objects[1 - index]];
      assert.ok(own && other);
      const metadata = await stage.arrival(edge.client, own);
      assert.equal(String(await edge.client.fetchObjectData(metadata)), own.objectID);
      assert.equal(await stage.listed(edge.client, other), undefined);
    }
  });

  several('to several ESSs: all get all objects, and each consumes for itself', async (edges) => {
    const objects = [stage.newName(), stage.newName()];
    for (const object of objects) await stage.services.cloud.client.publish(object, 'for all');
    for (const object of objects) {
      for (const edge of edges) {
        await edge.client.acknowledge(await stage.arrival(edge.client, object));
      }
      await until(
        'all have consumed it',
        async () => {
          // Consumed before the cloud has heard of its arrival, it comes once more, up to 70 s later.
          for (const { client } of edges) {
            const again = await stage.listed(client, object);
            if (again) await client.acknowledge(again);
          }
          const destinations = await stage.services.cloud.client.getObjectDestinations(object);
          const own = destinations.filter((each) =>
            edges.some((edge) => edge.destinationID === each.destinationID),
          );
          return own.length === 2 && own.every(({ status }) => status === 'consumed');
        },
        bound + 20_000,
      );
    }
  });

  it('an ESS that is away gets what was published meanwhile once it is back', async function () {
    const edge = stage.first;
    if (!edge.stop || !edge.start) return stage.notRun(this, 'EDGE_SYNC_ESS_STOP and EDGE_SYNC_ESS_START');
    const object = { ...stage.newName(), ...stage.to(edge, 'by type and ID') };
    await stage.whileAway(edge, () => stage.services.cloud.client.publish(object, 'meanwhile'));
    const metadata = await stage.arrival(edge.client, object);
    assert.equal(String(await edge.client.fetchObjectData(metadata)), 'meanwhile');
  });

  it('what an ESS consumes while its CSS is away is told once that is back, and nothing is lost', async function () {
    const { cloud } = stage.services;
    if (!cloud.stop || !cloud.start) return stage.notRun(this, 'EDGE_SYNC_CSS_STOP and EDGE_SYNC_CSS_START');
    const edge = stage.first;
    const object = { ...stage.newName(), ...stage.to(edge, 'by type and ID') };
    await cloud.client.publish(object, 'data');
    const metadata = await stage.arrival(edge.client, object);
    await cloud.stop();
    let outcome: Promise<string>;
    try {
      outcome = edge.client.acknowledge(metadata);
      await until('the ESS has taken it', async () => !(await stage.listed(edge.client, object)), bound);
    } finally {
      await cloud.start();
    }
    assert.equal(await outcome, 'consumed');
    await until(
      'the CSS knows',
      async () => {
        const destinations = await cloud.client.getObjectDestinations(object).catch(() => []);
        return destinations[0]?.status === 'consumed';
      },
      bound,
    );
  });
}
