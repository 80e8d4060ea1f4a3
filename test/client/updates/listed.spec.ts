import assert from 'node:assert/strict';
import { readObject } from '../../../src/client/objects/listed-object';
import { hour, minute, v1, v2 } from '../../support/feeds';
import { Hand, version } from '../../support/hand';

describe('what a receiver has in hand, by what lists show', () => {
  let hand = new Hand();
  beforeEach(() => {
    hand = new Hand();
  });

  it('is not handed out for a version that the service denies before a list shows it, each time later', async () => {
    hand.offer(version('a'));
    for (const pause of [5_000, 10_000, 20_000]) {
      assert.equal(hand.take(), 'a v1 1');
      hand.acknowledge('a');
      hand.settlement.outdated('a', v1);
      await hand.clock.advance(pause);
      assert.equal(hand.take(), undefined);
      hand.offer(version('a'));
    }
    hand.acknowledge('a');
    hand.settlement.outdated('a', v1);
    hand.offer(version('a'));
    await hand.clock.advance(39_999);
    assert.equal(hand.take(), undefined);
  });

  for (const isListed of [true, false]) {
    const where = isListed ? 'plain lists bring' : 'the list of those marked received brings';
    it(`tells of what rests once ${where} its metadata, which was let go when it was marked received`, () => {
      hand = new Hand({ maxAttempts: 1 });
      const readLists = (): void => {
        if (isListed) hand.offer(version('a'));
        else hand.offer();
        hand.listed.offerReceived(readObject(version('a')), hand.list, false);
        hand.listed.endReceived(hand.list);
      };
      hand.offer(version('a'));
      assert.equal(hand.take(), 'a v1 1');
      hand.acknowledge('a');
      hand.settlement.taken('a', v1, 'received');
      readLists();
      hand.acknowledge('a');
      hand.settlement.refused('a', v1);
      hand.handOut.release('a', v1, 'flow', new Error('refused'));
      assert.deepEqual([hand.count('resting'), hand.givenUp.length], [1, 0]);
      assert.equal(hand.listed.needsReceivedList, !isListed);
      for (let n = 0; n < 2; n += 1) {
        readLists();
        assert.deepEqual(
          hand.givenUp.map(({ update, error }) => [update.object.objectID, update.attempt, error?.message]),
          [['a', 1, 'refused']],
        );
      }
      assert.equal(hand.listed.needsReceivedList, false);
      assert.equal(hand.take(), undefined);
    });
  }

  it('forgets what is no longer listed, unless it came with those marked received', () => {
    hand.offer(version('a'));
    hand.listed.offerReceived(readObject(version('b')), hand.list, true);
    hand.offer();
    hand.listed.endReceived(hand.list);
    assert.equal(hand.take(), undefined);
    hand.offer(version('a'));
    hand.listed.offerReceived(readObject(version('b')), hand.list, true);
    hand.offer();
    assert.deepEqual([hand.take(), hand.take()], ['b v1 1', undefined]);
  });

  it('hands out what the plain list no longer shows once the other one does, or the plain one again', async () => {
    hand.offer(version('a'), version('b'), version('c'));
    hand.take();
    hand.handOut.giveBack('a', v1, minute);
    hand.offer();
    assert.equal(hand.listed.needsReceivedList, true);
    await hand.clock.advance(minute);
    assert.equal(hand.take(), undefined);
    for (const objectID of ['a', 'b'])
      hand.listed.offerReceived(readObject(version(objectID)), hand.list, false);
    assert.deepEqual([hand.take(), hand.take()], ['a v1 1', 'b v1 1']);
    hand.offer(version('c'));
    hand.handOut.giveBack('a', v1, hour);
    assert.equal(hand.take(), 'c v1 1');
    hand.listed.endReceived(hand.list);
    assert.equal(hand.listed.needsReceivedList, false);
  });

  it('keeps what has come while the flow has an older version, and was marked received by others, and not what is gone', () => {
    for (const isThere of [true, false]) {
      hand = new Hand();
      hand.offer(version('a'));
      hand.take();
      hand.offer(version('a', v2));
      hand.offer();
      assert.equal(hand.settlement.awaits('a', v2), true);
      if (isThere) hand.listed.offerReceived(readObject(version('a', v2)), hand.list, false);
      hand.listed.endReceived(hand.list);
      assert.equal(hand.settlement.awaits('a', v2), isThere);
      hand.handOut.giveBack('a', v1, 0);
      assert.equal(hand.take(), isThere ? 'a newer 1' : undefined);
    }
  });

  it('goes on with a version that comes between the two lists, whatever has become of the one before', () => {
    for (const begin of [
      () => {
        hand.acknowledge('a');
        hand.settlement.taken('a', v1, 'received');
        return () => undefined;
      },
      () => {
        hand.handOut.giveBack('a', v1, hour);
        return () => undefined;
      },
      () => {
        hand.handOut.reject('a', v1);
        return () => undefined;
      },
      () => {
        hand.handOut.release('a', v1, 'flow', undefined);
        return () => undefined;
      },
      () => () => hand.handOut.giveBack('a', v1, 0),
      () => {
        hand.settlement.ask('a', v1);
        return () => hand.settlement.outdated('a', v1);
      },
      () => {
        hand.acknowledge('a');
        return () => hand.settlement.taken('a', v1, 'consumed');
      },
    ]) {
      hand = new Hand({ maxAttempts: 1 });
      hand.offer(version('a'));
      hand.take();
      const end = begin();
      hand.offer();
      hand.listed.offerReceived(readObject(version('a', v2)), hand.list, false);
      hand.listed.endReceived(hand.list);
      end();
      assert.equal(hand.take(), 'a newer 1', String(begin));
    }
  });

  it('keeps the place of what has left the list while the flow has it, and forgets it when it is let go', async () => {
    hand = new Hand({ window: 1, maxAttempts: 1 });
    hand.offer(version('a'), version('b'));
    hand.take();
    hand.offer(version('b'));
    assert.equal(hand.take(), undefined);
    hand.offer(version('a', v2), version('b'));
    assert.equal(hand.take(), undefined, 'nor is a newer version handed out beside it');
    hand.offer(version('b'));
    hand.listed.endReceived(hand.list);
    await hand.clock.advance(minute);
    assert.equal(hand.take(), 'b v1 1');
    assert.equal(hand.givenUp.length, 0);
    hand.offer(version('a', v2), version('b'));
    hand.handOut.giveBack('b', v1, hour);
    assert.equal(hand.take(), 'a newer 1');
  });

  it('keeps the metadata of a thousand that wait, and takes the rest from later lists in their turn', () => {
    hand = new Hand({ window: 1 });
    const many = Array.from({ length: 2_500 }, (_, number) => version(`o${number}`));
    hand.offer(...many);
    assert.equal(hand.count('waiting'), 1_000);
    const seen = new Set<string>();
    while (many.length > 0) {
      const update = hand.handOut.take();
      if (!update) {
        assert.equal(hand.handOut.needsList, true);
        hand.offer(...many);
        continue;
      }
      seen.add(update.object.objectID);
      hand.acknowledge(update.object.objectID);
      hand.settlement.taken(update.object.objectID, v1, 'consumed');
      many.splice(
        many.findIndex(({ objectID }) => objectID === update.object.objectID),
        1,
      );
    }
    assert.equal(seen.size, 2_500);
  });
});
