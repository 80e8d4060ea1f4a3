import assert from 'node:assert/strict';
import type { ObjectMetadata } from '../../src/client';
import { Inflight } from '../../src/client/updates/inflight';
import { metadataOf } from '../support/metadata';

const v1 = '1795470914231361270';
const v2 = '1795470914231361271';

describe('what is in flight', () => {
  let exhausted: ObjectMetadata[];
  const make = (rules = {}): Inflight => {
    exhausted = [];
    return new Inflight({ window: 2, redeliverAfter: 100, maxAttempts: 2, ...rules }, (object) =>
      exhausted.push(object),
    );
  };
  const object = (objectID: string, instanceID = v1): ObjectMetadata => metadataOf({ objectID, instanceID });

  it('hands out no more than the window, and each object once', () => {
    const inflight = make();
    inflight.offer([object('a'), object('b'), object('c')]);
    assert.deepEqual(
      [inflight.take(0)?.object.objectID, inflight.take(0)?.object.objectID, inflight.take(0)],
      ['a', 'b', undefined],
    );
    inflight.offer([object('a'), object('b'), object('c')]);
    assert.equal(inflight.take(0), undefined);
  });

  it('gives the place of an object away as soon as its acknowledgement is asked for', () => {
    const inflight = make({ window: 1 });
    inflight.offer([object('a'), object('b')]);
    inflight.take(0);
    inflight.acknowledging(object('a'));
    assert.equal(inflight.take(0)?.object.objectID, 'b');
  });

  it('never hands an object out again whose acknowledgement is under way', () => {
    const inflight = make();
    inflight.offer([object('a')]);
    inflight.take(0);
    inflight.acknowledging(object('a'));
    inflight.offer([object('a')]);
    assert.equal(inflight.take(1_000_000), undefined);
  });

  it('does not hand out an acknowledged object that is listed still, as with two consumers', () => {
    const inflight = make();
    inflight.offer([object('a')]);
    inflight.take(0);
    inflight.acknowledging(object('a'));
    inflight.settled('a', true);
    inflight.offer([object('a')]);
    assert.equal(inflight.take(1_000_000), undefined);
  });

  it('hands out again after the time, then lets the object rest until it changes', () => {
    const inflight = make();
    inflight.offer([object('a')]);
    inflight.take(0);
    assert.equal(inflight.take(99), undefined);
    assert.deepEqual(inflight.take(100), { object: object('a'), attempt: 2, redelivered: true });
    assert.equal(inflight.take(200), undefined);
    assert.deepEqual(exhausted, [object('a')]);
    inflight.offer([object('a', v2)]);
    assert.deepEqual(inflight.take(300), { object: object('a', v2), attempt: 1, redelivered: false });
  });

  it('renews the time of an object that is worked on', () => {
    const inflight = make();
    inflight.offer([object('a')]);
    inflight.take(0);
    inflight.renew('a', 80);
    assert.equal(inflight.take(150), undefined);
    assert.equal(inflight.take(180)?.attempt, 2);
  });

  it('keeps a newer version back while the older one is in the flow, and only the latest', () => {
    const inflight = make();
    inflight.offer([object('a')]);
    inflight.take(0);
    inflight.offer([object('a', v2)]);
    inflight.offer([object('a', '1795470914231361272')]);
    assert.equal(inflight.take(0), undefined);
    inflight.acknowledging(object('a'));
    inflight.settled('a', false);
    assert.equal(inflight.take(0)?.object.instanceID, '1795470914231361272');
  });

  it('lets go what is no longer listed, unless it came with those marked received', () => {
    const inflight = make();
    inflight.offer([object('a')]);
    inflight.offerReceived([object('b')]);
    inflight.offer([]);
    assert.equal(inflight.take(0)?.object.objectID, 'b');
    assert.equal(inflight.take(0), undefined);
  });

  it('takes an object back into the flow whose acknowledgement was refused', () => {
    const inflight = make();
    inflight.offer([object('a')]);
    inflight.take(0);
    inflight.acknowledging(object('a'));
    inflight.failed('a', 50);
    assert.equal(inflight.take(149), undefined);
    assert.equal(inflight.take(150)?.attempt, 2);
  });
});
