import assert from 'node:assert/strict';
import type { ObjectMetadata } from '../../../src/client';
import { until } from '../../support/until';
import type { Stage } from '../stage';
import type { Ground } from './ground';

const tenMinutes = 600_000;

/** One version after another, and one for several applications: what is said of the one is not said of the other. */
export function describeVersions(stage: Stage, ground: Ground): void {
  const { bound } = stage;
  const objectID = 'o';

  it('for two consumers: copies that came again count as one, also when they are acknowledged at once', async () => {
    const type = stage.newType();
    const object = { objectType: type, objectID };
    await ground.publish(type, [objectID], { consumers: 2 });
    const client = ground.open();
    const reading = ground.read(client, type, { redeliverAfter: 500 });
    const { object: first } = await reading.next({ objectID });
    const { attempt, object: second, redelivered } = await reading.next({ objectID }, 2);
    assert.deepEqual([attempt, redelivered], [2, true]);
    const copies = [first, second, second];
    const outcomes = await Promise.all(copies.map((copy) => reading.receiver.acknowledge(copy)));
    assert.deepEqual(outcomes, ['consumed', 'consumed', 'consumed']);
    assert.equal(await reading.receiver.acknowledge(first), 'consumed');
    await reading.twoPolls();
    assert.ok(
      await stage.listed(stage.first.client, object, true),
      'the other application has not consumed it',
    );
    await stage.first.client.markObjectConsumed(object);
    await until('it is gone', async () => !(await stage.listed(stage.first.client, object, true)), bound);
  });

  it('for two consumers: one application that has several receivers counts as one', async () => {
    const type = stage.newType();
    const object = { objectType: type, objectID };
    await ground.publish(type, [objectID], { consumers: 2 });
    const client = ground.open();
    const readings = ['a', 'b'].map((name) => ground.read(client, type, { name }));
    const outcomes = readings.map(async (reading) => {
      const update = await reading.next({ objectID });
      return reading.receiver.acknowledge(update.object);
    });
    assert.deepEqual(await Promise.all(outcomes), ['consumed', 'consumed']);
    assert.ok(
      await stage.listed(stage.first.client, object, true),
      'the other application has not consumed it',
    );
    await stage.first.client.markObjectConsumed(object);
    await until('it is gone', async () => !(await stage.listed(stage.first.client, object, true)), bound);
  });

  it('a late acknowledgement of version 1 leaves version 2 alone', async () => {
    const type = stage.newType();
    await ground.publish(type, [objectID], { version: '1' });
    const client = ground.open();
    const reading = ground.read(client, type, { redeliverAfter: 2_000 });
    const { object: first } = await reading.next({ objectID });
    await ground.publish(type, [objectID], { version: '2' });
    const second = await until(
      'version 2 is handed out',
      () => reading.handed.find(({ object }) => object.version === '2'),
      bound,
    );
    const handed = reading.handed.length;
    assert.equal(await reading.receiver.acknowledge(first), 'superseded');
    await until('version 2 is handed out again', () => reading.handed.length > handed, bound);
    assert.deepEqual(reading.of({ objectID }).slice(handed - 1), ['2 attempt 1', '2 attempt 2 again']);
    assert.equal(await client.acknowledge(second.object), 'consumed');
    await ground.consumed(type, [objectID]);
  });

  it('a version that a node failed on does not hold back its successor, however long its time', async () => {
    const type = stage.newType();
    await ground.publish(type, [objectID], { version: '1' });
    const client = ground.open();
    const reading = ground.read(client, type, { redeliverAfter: tenMinutes });
    const { object: first } = await reading.next({ objectID });
    reading.receiver.release(first, new Error('no signature'));
    await ground.publish(type, [objectID], { version: '2' });
    const listedAt = reading.polls;
    const { object: second } = await reading.next({ objectID }, 2);
    assert.ok(reading.polls <= listedAt + 2, `${reading.polls - listedAt} polls`);
    assert.deepEqual(reading.of({ objectID }), ['1 attempt 1', '2 attempt 1']);
    assert.equal(await client.acknowledge(second), 'consumed');
  });

  it("the flow's last word counts: what a node failed on, or what was given up, is consumed", async () => {
    const type = stage.newType();
    await ground.publish(type, ['failed', 'given-up']);
    const client = ground.open();
    const givenUp: [string, number, string | undefined][] = [];
    const reading = ground.read(client, type, {
      maxAttempts: 1,
      onExhausted: ({ objectID: id }, attempts, error) => givenUp.push([id, attempts, error?.message]),
    });
    const updates = [
      await reading.next({ objectID: 'failed' }),
      await reading.next({ objectID: 'given-up' }),
    ];
    for (const { object } of updates) reading.receiver.release(object, new Error('not for us'));
    assert.deepEqual(givenUp, [
      ['failed', 1, 'not for us'],
      ['given-up', 1, 'not for us'],
    ]);
    await reading.twoPolls();
    assert.equal(reading.handed.length, 2);
    for (const { object } of updates) assert.equal(await client.acknowledge(object), 'consumed');
    await ground.consumed(type, ['failed', 'given-up']);
  });

  it('an object that is given back has no place, comes again in its time, and has spent no attempt', async () => {
    const type = stage.newType();
    await ground.publish(type, ['busy']);
    const client = ground.open();
    const reading = ground.read(client, type, { window: 1, maxAttempts: 1, redeliverAfter: tenMinutes });
    const { object: busy } = await reading.next({ objectID: 'busy' });
    reading.receiver.giveBack(busy, 2_000);
    await ground.publish(type, ['other']);
    const { object: other } = await reading.next({ objectID: 'other' });
    assert.equal(await client.acknowledge(other), 'consumed');
    const { object: again } = await reading.next({ objectID: 'busy' }, 2);
    assert.deepEqual(reading.of({ objectID: 'busy' }), ['- attempt 1', '- attempt 1 again']);
    assert.equal(await client.acknowledge(again), 'consumed');
  });

  it('an object that is given back makes room for a newer version at once', async () => {
    const type = stage.newType();
    await ground.publish(type, [objectID], { version: '1' });
    const client = ground.open();
    const reading = ground.read(client, type);
    reading.receiver.giveBack((await reading.next({ objectID })).object, tenMinutes);
    await ground.publish(type, [objectID], { version: '2' });
    assert.equal(await client.acknowledge((await reading.next({ objectID }, 2)).object), 'consumed');
    assert.deepEqual(reading.of({ objectID }), ['1 attempt 1', '2 attempt 1']);
  });

  it('an object that is rejected rests until it changes', async () => {
    const type = stage.newType();
    await ground.publish(type, [objectID], { version: '1' });
    const client = ground.open();
    const reading = ground.read(client, type, { redeliverAfter: 100 });
    reading.receiver.reject((await reading.next({ objectID })).object);
    await reading.twoPolls();
    await reading.twoPolls();
    assert.deepEqual(reading.of({ objectID }), ['1 attempt 1']);
    await ground.publish(type, [objectID], { version: '2' });
    const changed = (update: { object: ObjectMetadata }): boolean => update.object.version === '2';
    const { object } = await until('version 2 is handed out', () => reading.handed.find(changed), bound);
    assert.equal(await client.acknowledge(object), 'consumed');
  });
}
