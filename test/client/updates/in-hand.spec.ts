import assert from 'node:assert/strict';
import { minute, v1, v2 } from '../../support/feeds';
import { Hand, version } from '../../support/hand';
import { metadataOf } from '../../support/metadata';

const v3 = '1795470914231361272';

describe('what a receiver has in hand', () => {
  let hand = new Hand();
  beforeEach(() => {
    hand = new Hand();
  });

  it('is no more than the window, and each object once', () => {
    hand.offer(version('a'), version('b'), version('c'));
    assert.deepEqual([hand.take(), hand.take(), hand.take()], ['a v1 1', 'b v1 1', undefined]);
    hand.offer(version('a'), version('b'), version('c'));
    assert.equal(hand.take(), undefined);
  });

  it('is handed out as a copy each time, whatever flows do to theirs', () => {
    hand.offer(metadataOf({ objectID: 'a', destinationsList: ['x:1'], instanceID: v1 }));
    const first = hand.handOut.take();
    assert.ok(first?.object.destinationsList);
    first.object.objectID = 'renamed';
    first.object.destinationsList.push('x:2');
    hand.handOut.giveBack('a', v1, 0);
    hand.listed.wake();
    const second = hand.handOut.take();
    assert.equal(second?.object.objectID, 'a');
    assert.deepEqual(second?.object.destinationsList, ['x:1']);
  });

  it('hands out nothing new while a window of acknowledgements is under way', () => {
    hand.offer(...['a', 'b', 'c', 'd', 'e'].map((id) => version(id)));
    assert.deepEqual([hand.take(), hand.take()], ['a v1 1', 'b v1 1']);
    hand.acknowledge('a');
    hand.acknowledge('b');
    assert.equal(hand.settlement.hasPlace, false);
    assert.equal(hand.take(), undefined);
    hand.settlement.taken('a', v1, 'consumed');
    assert.equal(hand.take(), 'c v1 1');
  });

  it('counts what waits for siblings among that in the flow', () => {
    hand = new Hand({ window: 1 });
    hand.offer(version('a'), version('b'));
    hand.take();
    hand.settlement.ask('a', v1);
    assert.equal(hand.take(), undefined);
    hand.settlement.start('a', v1);
    assert.equal(hand.handOut.inFlow, 0);
  });

  it('never hands an object out again whose acknowledgement is under way', async () => {
    hand.offer(version('a'));
    hand.take();
    hand.acknowledge('a');
    hand.offer(version('a'));
    await hand.clock.advance(100 * minute);
    assert.equal(hand.take(), undefined);
  });

  it('does not hand out an acknowledged version that is listed still, as with two consumers', async () => {
    hand.offer(version('a'));
    hand.take();
    hand.acknowledge('a');
    hand.settlement.taken('a', v1, 'consumed');
    hand.offer(version('a'));
    await hand.clock.advance(100 * minute);
    assert.equal(hand.take(), undefined);
    hand.offer(version('a', v2));
    assert.equal(hand.take(), 'a newer 1');
  });

  it('comes again after silence, then rests until it changes; each costs an attempt', async () => {
    hand.offer(version('a'));
    hand.take();
    await hand.clock.advance(minute - 1);
    assert.equal(hand.take(), undefined);
    await hand.clock.advance(1);
    assert.equal(hand.take(), 'a v1 2');
    await hand.clock.advance(minute);
    assert.equal(hand.take(), undefined);
    assert.deepEqual(
      hand.givenUp.map(({ update }) => [update.object.objectID, update.attempt]),
      [['a', 2]],
    );
    hand.offer(version('a', v2));
    assert.equal(hand.take(), 'a newer 1');
  });

  it('has its time anew when it is worked on', async () => {
    hand.offer(version('a'), version('b'));
    hand.take();
    await hand.clock.advance(minute / 2);
    hand.take();
    await hand.clock.advance(minute / 3);
    hand.handOut.renew('a');
    await hand.clock.advance(minute / 2);
    assert.equal(hand.take(), undefined);
    await hand.clock.advance(minute / 6);
    assert.equal(hand.take(), 'b v1 2');
    await hand.clock.advance(minute / 3);
    assert.equal(hand.take(), 'a v1 2');
  });

  it('keeps a newer version back while the older one is in the flow, and only the latest', () => {
    hand.offer(version('a'));
    hand.take();
    hand.offer(version('a', v2));
    hand.offer(version('a', v3));
    assert.equal(hand.take(), undefined);
    hand.acknowledge('a');
    hand.settlement.outdated('a', v1);
    assert.equal(hand.handOut.take()?.object.instanceID, v3);
  });

  it('leaves the newer version alone when a word on the older one comes late', () => {
    hand.offer(version('a', v2));
    hand.take();
    hand.acknowledge('a', v1);
    hand.settlement.taken('a', v1, 'consumed');
    hand.handOut.release('a', v1, 'flow', undefined);
    hand.handOut.reject('a', v1);
    assert.equal(hand.count('handed'), 1);
  });

  describe('a release', () => {
    it('by the fault of flow or data costs an attempt, and the pauses grow', async () => {
      hand = new Hand({ maxAttempts: 4 });
      hand.offer(version('a'));
      for (const pause of [10_000, 20_000, 40_000]) {
        assert.match(hand.take() ?? '', /^a v1/);
        hand.handOut.release('a', v1, 'flow', new Error('signature'));
        await hand.clock.advance(pause - 1);
        assert.equal(hand.take(), undefined);
        await hand.clock.advance(1);
      }
      assert.equal(hand.take(), 'a v1 4');
      hand.handOut.release('a', v1, 'flow', new Error('the last one'));
      assert.equal(hand.givenUp[0]?.error?.message, 'the last one');
      assert.equal(hand.count('resting'), 1);
    });

    it('never pauses longer than silence would', async () => {
      hand = new Hand({ redeliverAfter: 5_000 });
      hand.offer(version('a'));
      hand.take();
      hand.handOut.release('a', v1, 'flow', undefined);
      await hand.clock.advance(5_000);
      assert.equal(hand.take(), 'a v1 2');
    });

    it('by the fault of the service costs nothing, and waits for a list', async () => {
      hand.offer(version('a'));
      for (let round = 0; round < 10; round += 1) {
        assert.equal(hand.take(), 'a v1 1');
        hand.handOut.release('a', v1, 'service', undefined);
        await hand.clock.advance(10 * minute);
        assert.equal(hand.take(), undefined);
        hand.offer(version('a'));
      }
    });

    it('gives way to a newer version at once', () => {
      hand.offer(version('a'));
      hand.take();
      hand.offer(version('a', v2));
      hand.handOut.release('a', v1, 'flow', undefined);
      assert.equal(hand.take(), 'a newer 1');
    });

    it('is not the last word: what was released, or rests, can be acknowledged, given back and rejected', async () => {
      hand.offer(version('a'), version('b'), version('c'));
      hand.take();
      hand.handOut.release('a', v1, 'flow', undefined);
      hand.acknowledge('a');
      assert.equal(hand.count('acknowledging'), 1);
      hand = new Hand({ maxAttempts: 1 });
      hand.offer(version('a'), version('b'), version('c'));
      for (const id of ['a', 'b', 'c']) {
        hand.take();
        hand.handOut.release(id, v1, 'flow', undefined);
      }
      assert.equal(hand.count('resting'), 3);
      hand.acknowledge('a');
      hand.handOut.reject('b', v1);
      hand.handOut.giveBack('c', v1, 1_000);
      assert.deepEqual(
        [hand.count('acknowledging'), hand.count('rejected'), hand.count('resting')],
        [1, 1, 0],
      );
      await hand.clock.advance(1_000);
      assert.equal(hand.take(), undefined, 'its metadata was let go with it');
      hand.offer(version('a'), version('b'), version('c'));
      assert.equal(hand.take(), 'c v1 1');
    });
  });

  it('is given back for a time: no attempt, no place, a newer version at once', async () => {
    hand = new Hand({ window: 1 });
    hand.offer(version('a'), version('b'));
    hand.take();
    hand.handOut.giveBack('a', v1, 30_000);
    assert.equal(hand.take(), 'b v1 1');
    hand.handOut.giveBack('b', v1, 10 * minute);
    await hand.clock.advance(29_999);
    assert.equal(hand.take(), undefined);
    await hand.clock.advance(1);
    assert.equal(hand.take(), 'a v1 1');
    hand.handOut.giveBack('a', v1, 10 * minute);
    hand.offer(version('a', v2), version('b'));
    assert.equal(hand.take(), 'a newer 1');
  });

  it('is given back by the flow of a process before, also where nothing was written down of it', async () => {
    hand.offer(version('a'));
    hand.handOut.giveBack('a', v1, 30_000);
    await hand.clock.advance(29_999);
    assert.equal(hand.take(), undefined);
    await hand.clock.advance(1);
    assert.equal(hand.take(), 'a v1 1');
  });

  it('is rejected until it changes', async () => {
    hand.offer(version('a'));
    hand.take();
    hand.handOut.reject('a', v1);
    hand.offer(version('a'));
    await hand.clock.advance(100 * minute);
    assert.equal(hand.take(), undefined);
    assert.equal(hand.settlement.awaits('a', v1), false);
    hand.offer(version('a', v2));
    assert.equal(hand.take(), 'a newer 1');
  });

  it('is not rejected any more once the flow has asked: what it asked for goes on', () => {
    for (const state of ['asked', 'acknowledging'] as const) {
      hand = new Hand();
      hand.offer(version('a'));
      hand.take();
      hand.settlement.ask('a', v1);
      if (state === 'acknowledging') hand.settlement.start('a', v1);
      hand.handOut.reject('a', v1);
      assert.equal(hand.settlement.find('a', v1)?.state, state);
    }
  });

  it('takes an object back into the flow whose acknowledgement was refused', async () => {
    hand.offer(version('a'));
    hand.take();
    hand.acknowledge('a');
    await hand.clock.advance(minute);
    hand.settlement.refused('a', v1);
    await hand.clock.advance(minute - 1);
    assert.equal(hand.take(), undefined);
    await hand.clock.advance(1);
    assert.equal(hand.take(), 'a v1 2');
  });

  it('can be tried again: attempts and rests are forgotten', async () => {
    hand = new Hand({ maxAttempts: 1 });
    hand.offer(version('a'), version('b'));
    hand.take();
    hand.take();
    hand.handOut.release('a', v1, 'flow', undefined);
    hand.handOut.reject('b', v1);
    hand.handOut.tryAgain('a');
    // Their metadata was let go: the next list brings it.
    assert.equal(hand.handOut.needsList, true);
    hand.offer(version('a'), version('b'));
    assert.deepEqual([hand.take(), hand.take()], ['a v1 1', undefined]);
    hand.handOut.tryAgain();
    hand.offer(version('a'), version('b'));
    assert.equal(hand.take(), 'b v1 1');
  });
});
