import assert from 'node:assert/strict';
import type { ObjectMetadata } from '../../../src/client';
import { readObject } from '../../../src/client/objects/listed-object';
import type { LedgerRules } from '../../../src/client/updates/ledger';
import { ReceivingMemory } from '../../../src/client/updates/memory';
import { inMemory, type Journal } from '../../../src/storage/journal';
import { minute, v1, v2 } from '../../support/feeds';
import { Hand, version } from '../../support/hand';
import { metadataOf } from '../../support/metadata';

describe('what a receiver has in hand, over a restart', () => {
  let hand: Hand;
  let journal: Journal;
  const restart = (settings = '', rules: Partial<LedgerRules> = {}): void => {
    const memory = new ReceivingMemory(journal, () => undefined);
    hand = new Hand(rules, memory.receiver('t', 'reader', settings));
  };
  beforeEach(() => {
    journal = inMemory();
    restart();
  });

  it('has spent an attempt of what was in hand when the process died', () => {
    hand.offer(version('a'));
    hand.take();
    restart();
    hand.offer(version('a'));
    assert.equal(hand.take(), 'a v1 2');
    restart();
    hand.offer(version('a'));
    assert.equal(hand.take(), undefined);
    assert.equal(hand.givenUp.length, 1);
    restart();
    hand.offer(version('a'));
    assert.equal(hand.take(), undefined);
    assert.equal(hand.givenUp.length, 0, 'told once a version');
  });

  it('is given up with a word after a restart that came before the list which was to bring its metadata', async () => {
    restart('', { maxAttempts: 1 });
    hand.offer(version('a'));
    hand.take();
    hand.acknowledge('a');
    hand.settlement.taken('a', v1, 'received');
    hand.acknowledge('a');
    hand.settlement.refused('a', v1);
    await hand.clock.advance(minute);
    assert.equal(hand.take(), undefined);
    assert.deepEqual([hand.count('resting'), hand.givenUp.length], [1, 0]);
    for (const told of [1, 0]) {
      restart('', { maxAttempts: 1 });
      hand.offer(version('a'));
      assert.equal(hand.take(), undefined);
      assert.deepEqual([hand.count('resting'), hand.givenUp.length], [1, told]);
    }
    assert.equal(journal.map<{ spent: number }>('in hand t reader').get('a')?.spent, 1);
  });

  it('is not handed out by a list that was under way when it was consumed, as a process before was asked to', () => {
    hand.offer(version('a'));
    hand.take();
    restart();
    hand.offer();
    hand.settlement.taken('a', v1, 'consumed');
    hand.listed.offerReceived(readObject(version('a')), hand.list, true);
    assert.deepEqual([hand.take(), hand.count('acknowledged')], [undefined, 1]);
  });

  it('has spent none when it was closed', () => {
    for (let round = 0; round < 5; round += 1) {
      hand.offer(version('a'));
      assert.equal(hand.take(), 'a v1 1');
      hand.handOut.takeBack();
      restart();
    }
  });

  it('says after a restart that it was handed out before, closed or not, with other settings too', () => {
    const isRedelivered = (): boolean | undefined => {
      hand.offer(version('a'));
      return hand.handOut.take()?.redelivered;
    };
    assert.equal(isRedelivered(), false);
    hand.handOut.takeBack();
    restart();
    assert.equal(isRedelivered(), true);
    restart('other settings');
    assert.equal(isRedelivered(), true);
  });

  it('remembers rests of what a sibling has marked received since', () => {
    restart('', { window: 3, maxAttempts: 1 });
    hand.offer(version('a'), version('b'));
    hand.take();
    hand.take();
    hand.handOut.release('a', v1, 'flow', undefined);
    hand.handOut.reject('b', v1);
    hand.offer();
    assert.ok(hand.listed.needsReceivedList);
    const offerReceived = (...objects: ObjectMetadata[]): void => {
      for (const each of objects) hand.listed.offerReceived(readObject(each), hand.list, true);
      hand.listed.endReceived(hand.list);
    };
    offerReceived(version('a'), version('b'));
    assert.ok(!hand.listed.needsReceivedList);
    restart();
    hand.offer();
    offerReceived(version('a'), version('b'));
    hand.listed.prune();
    assert.equal(hand.take(), undefined);
    hand.offer();
    offerReceived();
    assert.deepEqual(Array.from(journal.map('in hand t reader').keys()), []);
  });

  it('remembers what was consumed while another application had it marked received, and others have not', () => {
    const shared = metadataOf({ objectID: 'a', instanceID: v1, consumers: 2 });
    const offerReceived = (...objects: ObjectMetadata[]): void => {
      for (const each of objects) hand.listed.offerReceived(readObject(each), hand.list, true);
      hand.listed.endReceived(hand.list);
    };
    hand.offer(shared);
    assert.equal(hand.take(), 'a v1 1');
    hand.acknowledge('a');
    hand.offer();
    hand.settlement.taken('a', v1, 'consumed');
    assert.ok(hand.listed.needsReceivedList);
    hand.offer();
    offerReceived(shared);
    restart();
    hand.offer();
    offerReceived(shared);
    assert.equal(hand.take(), undefined);
    hand.offer();
    offerReceived();
    assert.deepEqual(Array.from(journal.map('in hand t reader').keys()), []);
  });

  it('remembers rests, rejections and acknowledgements of the version that is listed still', () => {
    restart('', { window: 3, maxAttempts: 1 });
    hand.offer(version('a'), version('b'), version('c'));
    for (let n = 0; n < 3; n += 1) hand.take();
    hand.handOut.release('a', v1, 'flow', undefined);
    hand.handOut.reject('b', v1);
    hand.acknowledge('c');
    hand.settlement.taken('c', v1, 'consumed');
    restart();
    hand.offer(version('a'), version('b'), version('c'));
    assert.equal(hand.take(), undefined);
    hand.offer(version('a', v2), version('b', v2), version('c', v2));
    assert.equal(hand.take(), 'a newer 1');
  });

  it('forgets attempts and rests when the settings differ, and not what was acknowledged', () => {
    restart('old', { window: 2, maxAttempts: 1 });
    hand.offer(version('a'), version('c'));
    hand.take();
    hand.take();
    hand.handOut.release('a', v1, 'flow', undefined);
    hand.acknowledge('c');
    hand.settlement.taken('c', v1, 'consumed');
    restart('new');
    hand.offer(version('a'), version('c'));
    assert.deepEqual([hand.take(), hand.take()], ['a v1 1', undefined]);
  });

  it('is tried again though no list has shown it yet since a restart', () => {
    const once = { maxAttempts: 1 };
    restart('', once);
    hand.offer(version('a'), version('b'));
    hand.take();
    hand.take();
    hand.handOut.release('a', v1, 'flow', undefined);
    hand.handOut.reject('b', v1);
    restart('', once);
    hand.handOut.tryAgain('a');
    hand.offer(version('a'), version('b'));
    assert.deepEqual([hand.take(), hand.take()], ['a v1 1', undefined]);
    hand.acknowledge('a');
    hand.settlement.taken('a', v1, 'consumed');
    restart('', once);
    hand.handOut.tryAgain();
    hand.offer(version('a'), version('b'));
    assert.deepEqual([hand.take(), hand.take()], ['b v1 1', undefined], 'not what was acknowledged');
  });

  it('is tried again for good: also what was asked for then has spent nothing after a restart', async () => {
    hand.offer(version('a'));
    hand.take();
    await hand.clock.advance(minute);
    assert.equal(hand.take(), 'a v1 2');
    hand.settlement.ask('a', v1);
    hand.handOut.tryAgain();
    restart();
    hand.offer(version('a'));
    assert.equal(hand.take(), 'a v1 1');
  });

  it('keeps nothing of what is gone', () => {
    hand.offer(version('a'), version('b'));
    hand.take();
    restart();
    hand.offer(version('b'));
    hand.listed.prune();
    assert.deepEqual(Array.from(journal.map('in hand t reader').keys()), []);
  });
});
