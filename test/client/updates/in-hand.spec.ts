import assert from 'node:assert/strict';
import type { ObjectMetadata, ObjectUpdate } from '../../../src/client';
import { readObject } from '../../../src/client/objects/listed-object';
import { InHand } from '../../../src/client/updates/in-hand';
import type { LedgerRules } from '../../../src/client/updates/ledger';
import { noMemory, ReceivingMemory } from '../../../src/client/updates/memory';
import { inMemory, type Journal } from '../../../src/storage/journal';
import { ManualClock } from '../../support/manual-clock';
import { metadataOf } from '../../support/metadata';

const v1 = '1795470914231361270';
const v2 = '1795470914231361271';
const v3 = '1795470914231361272';
const minute = 60_000;
const hour = 60 * minute;

describe('what a receiver has in hand', () => {
  let clock: ManualClock;
  let givenUp: { update: ObjectUpdate; error: Error | undefined }[];
  let inHand: InHand;
  let list: number;
  const make = (rules: Partial<LedgerRules> = {}, memory = noMemory): void => {
    clock = new ManualClock();
    givenUp = [];
    list = 0;
    const all = { window: 2, redeliverAfter: minute, maxAttempts: 2, includeReceived: true, ...rules };
    inHand = new InHand(
      all,
      clock,
      memory,
      {
        isAsked: () => false,
        wanted: () => [],
        waiting: () => 0,
        askAgain: () => undefined,
        reconsider: () => undefined,
      },
      (update, error) => givenUp.push({ update, error }),
    );
  };
  beforeEach(() => make());

  const object = (objectID: string, instanceID = v1): ObjectMetadata => metadataOf({ objectID, instanceID });
  const offer = (...objects: ObjectMetadata[]): void => {
    list += 1;
    inHand.listed.begin(list);
    for (const each of objects) inHand.listed.offer(readObject(each), list);
    inHand.listed.end(list);
  };
  const take = (): string | undefined => {
    inHand.listed.wake();
    const update = inHand.handOut.take();
    return (
      update &&
      `${update.object.objectID} ${update.object.instanceID === v1 ? 'v1' : 'newer'} ${update.attempt}`
    );
  };
  const acknowledge = (objectID: string, version = v1): void => {
    inHand.asked.ask(objectID, version);
    inHand.asked.start(objectID, version);
  };

  it('is no more than the window, and each object once', () => {
    offer(object('a'), object('b'), object('c'));
    assert.deepEqual([take(), take(), take()], ['a v1 1', 'b v1 1', undefined]);
    offer(object('a'), object('b'), object('c'));
    assert.equal(take(), undefined);
  });

  it('is handed out as a copy each time, whatever flows do to theirs', () => {
    offer(metadataOf({ objectID: 'a', destinationsList: ['x:1'], instanceID: v1 }));
    const first = inHand.handOut.take();
    assert.ok(first?.object.destinationsList);
    first.object.objectID = 'renamed';
    first.object.destinationsList.push('x:2');
    inHand.handOut.giveBack('a', v1, 0);
    inHand.listed.wake();
    const second = inHand.handOut.take();
    assert.equal(second?.object.objectID, 'a');
    assert.deepEqual(second?.object.destinationsList, ['x:1']);
  });

  it('hands out nothing new while a window of acknowledgements is under way', () => {
    offer(...['a', 'b', 'c', 'd', 'e'].map((id) => object(id)));
    assert.deepEqual([take(), take()], ['a v1 1', 'b v1 1']);
    acknowledge('a');
    acknowledge('b');
    assert.equal(inHand.asked.hasPlace, false);
    assert.equal(take(), undefined);
    inHand.asked.taken('a', v1, 'consumed');
    assert.equal(take(), 'c v1 1');
  });

  it('counts what waits for siblings among that in the flow', () => {
    make({ window: 1 });
    offer(object('a'), object('b'));
    take();
    inHand.asked.ask('a', v1);
    assert.equal(take(), undefined);
    inHand.asked.start('a', v1);
    assert.equal(inHand.handOut.inFlow, 0);
  });

  it('never hands an object out again whose acknowledgement is under way', async () => {
    offer(object('a'));
    take();
    acknowledge('a');
    offer(object('a'));
    await clock.advance(100 * minute);
    assert.equal(take(), undefined);
  });

  it('does not hand out an acknowledged version that is listed still, as with two consumers', async () => {
    offer(object('a'));
    take();
    acknowledge('a');
    inHand.asked.taken('a', v1, 'consumed');
    offer(object('a'));
    await clock.advance(100 * minute);
    assert.equal(take(), undefined);
    offer(object('a', v2));
    assert.equal(take(), 'a newer 1');
  });

  it('comes again after silence, then rests until it changes; each costs an attempt', async () => {
    offer(object('a'));
    take();
    await clock.advance(minute - 1);
    assert.equal(take(), undefined);
    await clock.advance(1);
    assert.equal(take(), 'a v1 2');
    await clock.advance(minute);
    assert.equal(take(), undefined);
    assert.deepEqual(
      givenUp.map(({ update }) => [update.object.objectID, update.attempt]),
      [['a', 2]],
    );
    offer(object('a', v2));
    assert.equal(take(), 'a newer 1');
  });

  it('has its time anew when it is worked on', async () => {
    offer(object('a'), object('b'));
    take();
    await clock.advance(minute / 2);
    take();
    await clock.advance(minute / 3);
    inHand.handOut.renew('a');
    await clock.advance(minute / 2);
    assert.equal(take(), undefined);
    await clock.advance(minute / 6);
    assert.equal(take(), 'b v1 2');
    await clock.advance(minute / 3);
    assert.equal(take(), 'a v1 2');
  });

  it('keeps a newer version back while the older one is in the flow, and only the latest', () => {
    offer(object('a'));
    take();
    offer(object('a', v2));
    offer(object('a', v3));
    assert.equal(take(), undefined);
    acknowledge('a');
    inHand.asked.outdated('a', v1);
    assert.equal(inHand.handOut.take()?.object.instanceID, v3);
  });

  it('leaves the newer version alone when a word on the older one comes late', () => {
    offer(object('a', v2));
    take();
    acknowledge('a', v1);
    inHand.asked.taken('a', v1, 'consumed');
    inHand.handOut.release('a', v1, 'flow', undefined);
    inHand.handOut.reject('a', v1);
    assert.equal(inHand.count('handed'), 1);
  });

  describe('a release', () => {
    it('by the fault of flow or data costs an attempt, and the pauses grow', async () => {
      make({ maxAttempts: 4 });
      offer(object('a'));
      for (const pause of [10_000, 20_000, 40_000]) {
        assert.match(take() ?? '', /^a v1/);
        inHand.handOut.release('a', v1, 'flow', new Error('signature'));
        await clock.advance(pause - 1);
        assert.equal(take(), undefined);
        await clock.advance(1);
      }
      assert.equal(take(), 'a v1 4');
      inHand.handOut.release('a', v1, 'flow', new Error('the last one'));
      assert.equal(givenUp[0]?.error?.message, 'the last one');
      assert.equal(inHand.count('resting'), 1);
    });

    it('never pauses longer than silence would', async () => {
      make({ redeliverAfter: 5_000 });
      offer(object('a'));
      take();
      inHand.handOut.release('a', v1, 'flow', undefined);
      await clock.advance(5_000);
      assert.equal(take(), 'a v1 2');
    });

    it('by the fault of the service costs nothing, and waits for a list', async () => {
      offer(object('a'));
      for (let round = 0; round < 10; round += 1) {
        assert.equal(take(), 'a v1 1');
        inHand.handOut.release('a', v1, 'service', undefined);
        await clock.advance(10 * minute);
        assert.equal(take(), undefined);
        offer(object('a'));
      }
    });

    it('gives way to a newer version at once', () => {
      offer(object('a'));
      take();
      offer(object('a', v2));
      inHand.handOut.release('a', v1, 'flow', undefined);
      assert.equal(take(), 'a newer 1');
    });

    it('is not the last word: what was released, or rests, can be acknowledged, given back and rejected', async () => {
      offer(object('a'), object('b'), object('c'));
      take();
      inHand.handOut.release('a', v1, 'flow', undefined);
      acknowledge('a');
      assert.equal(inHand.count('acknowledging'), 1);
      make({ maxAttempts: 1 });
      offer(object('a'), object('b'), object('c'));
      for (const id of ['a', 'b', 'c']) {
        take();
        inHand.handOut.release(id, v1, 'flow', undefined);
      }
      assert.equal(inHand.count('resting'), 3);
      acknowledge('a');
      inHand.handOut.reject('b', v1);
      inHand.handOut.giveBack('c', v1, 1_000);
      assert.deepEqual(
        [inHand.count('acknowledging'), inHand.count('rejected'), inHand.count('resting')],
        [1, 1, 0],
      );
      await clock.advance(1_000);
      assert.equal(take(), undefined, 'its metadata was let go with it');
      offer(object('a'), object('b'), object('c'));
      assert.equal(take(), 'c v1 1');
    });
  });

  it('is given back for a time: no attempt, no place, a newer version at once', async () => {
    make({ window: 1 });
    offer(object('a'), object('b'));
    take();
    inHand.handOut.giveBack('a', v1, 30_000);
    assert.equal(take(), 'b v1 1');
    inHand.handOut.giveBack('b', v1, 10 * minute);
    await clock.advance(29_999);
    assert.equal(take(), undefined);
    await clock.advance(1);
    assert.equal(take(), 'a v1 1');
    inHand.handOut.giveBack('a', v1, 10 * minute);
    offer(object('a', v2), object('b'));
    assert.equal(take(), 'a newer 1');
  });

  it('is given back by the flow of a process before, also where nothing was written down of it', async () => {
    offer(object('a'));
    inHand.handOut.giveBack('a', v1, 30_000);
    await clock.advance(29_999);
    assert.equal(take(), undefined);
    await clock.advance(1);
    assert.equal(take(), 'a v1 1');
  });

  it('is rejected until it changes', async () => {
    offer(object('a'));
    take();
    inHand.handOut.reject('a', v1);
    offer(object('a'));
    await clock.advance(100 * minute);
    assert.equal(take(), undefined);
    assert.equal(inHand.asked.awaits('a', v1), false);
    offer(object('a', v2));
    assert.equal(take(), 'a newer 1');
  });

  it('is not handed out for a version that the service denies before a list shows it, each time later', async () => {
    offer(object('a'));
    for (const pause of [5_000, 10_000, 20_000]) {
      assert.equal(take(), 'a v1 1');
      acknowledge('a');
      inHand.asked.outdated('a', v1);
      await clock.advance(pause);
      assert.equal(take(), undefined);
      offer(object('a'));
    }
    acknowledge('a');
    inHand.asked.outdated('a', v1);
    offer(object('a'));
    await clock.advance(39_999);
    assert.equal(take(), undefined);
  });

  for (const isListed of [true, false]) {
    const where = isListed ? 'plain lists bring' : 'the list of those marked received brings';
    it(`tells of what rests once ${where} its metadata, which was let go when it was marked received`, () => {
      make({ maxAttempts: 1 });
      const readLists = (): void => {
        if (isListed) offer(object('a'));
        else offer();
        inHand.listed.offerReceived(readObject(object('a')), list, false);
        inHand.listed.endReceived(list);
      };
      offer(object('a'));
      assert.equal(take(), 'a v1 1');
      acknowledge('a');
      inHand.asked.taken('a', v1, 'received');
      readLists();
      acknowledge('a');
      inHand.asked.refused('a', v1);
      inHand.handOut.release('a', v1, 'flow', new Error('refused'));
      assert.deepEqual([inHand.count('resting'), givenUp.length], [1, 0]);
      assert.equal(inHand.listed.needsReceivedList, !isListed);
      for (let n = 0; n < 2; n += 1) {
        readLists();
        assert.deepEqual(
          givenUp.map(({ update, error }) => [update.object.objectID, update.attempt, error?.message]),
          [['a', 1, 'refused']],
        );
      }
      assert.equal(inHand.listed.needsReceivedList, false);
      assert.equal(take(), undefined);
    });
  }

  it('forgets what is no longer listed, unless it came with those marked received', () => {
    offer(object('a'));
    inHand.listed.offerReceived(readObject(object('b')), list, true);
    offer();
    inHand.listed.endReceived(list);
    assert.equal(take(), undefined);
    offer(object('a'));
    inHand.listed.offerReceived(readObject(object('b')), list, true);
    offer();
    assert.deepEqual([take(), take()], ['b v1 1', undefined]);
  });

  it('hands out what the plain list no longer shows once the other one does, or the plain one again', async () => {
    offer(object('a'), object('b'), object('c'));
    take();
    inHand.handOut.giveBack('a', v1, minute);
    offer();
    assert.equal(inHand.listed.needsReceivedList, true);
    await clock.advance(minute);
    assert.equal(take(), undefined);
    for (const objectID of ['a', 'b']) inHand.listed.offerReceived(readObject(object(objectID)), list, false);
    assert.deepEqual([take(), take()], ['a v1 1', 'b v1 1']);
    offer(object('c'));
    inHand.handOut.giveBack('a', v1, hour);
    assert.equal(take(), 'c v1 1');
    inHand.listed.endReceived(list);
    assert.equal(inHand.listed.needsReceivedList, false);
  });

  it('keeps what has come while the flow has an older version, and was marked received by others, and not what is gone', () => {
    for (const isThere of [true, false]) {
      make();
      offer(object('a'));
      take();
      offer(object('a', v2));
      offer();
      assert.equal(inHand.asked.awaits('a', v2), true);
      if (isThere) inHand.listed.offerReceived(readObject(object('a', v2)), list, false);
      inHand.listed.endReceived(list);
      assert.equal(inHand.asked.awaits('a', v2), isThere);
      inHand.handOut.giveBack('a', v1, 0);
      assert.equal(take(), isThere ? 'a newer 1' : undefined);
    }
  });

  it('goes on with a version that comes between the two lists, whether it was handed out, asked for or is acknowledged', () => {
    for (const begin of [
      () => () => inHand.handOut.giveBack('a', v1, 0),
      () => {
        inHand.asked.ask('a', v1);
        return () => inHand.asked.outdated('a', v1);
      },
      () => {
        acknowledge('a');
        return () => inHand.asked.taken('a', v1, 'consumed');
      },
    ]) {
      make();
      offer(object('a'));
      take();
      const end = begin();
      offer();
      inHand.listed.offerReceived(readObject(object('a', v2)), list, false);
      inHand.listed.endReceived(list);
      end();
      assert.equal(take(), 'a newer 1', String(begin));
    }
  });

  it('keeps the place of what has left the list while the flow has it, and forgets it when it is let go', async () => {
    make({ window: 1, maxAttempts: 1 });
    offer(object('a'), object('b'));
    take();
    offer(object('b'));
    assert.equal(take(), undefined);
    offer(object('a', v2), object('b'));
    assert.equal(take(), undefined, 'nor is a newer version handed out beside it');
    offer(object('b'));
    inHand.listed.endReceived(list);
    await clock.advance(minute);
    assert.equal(take(), 'b v1 1');
    assert.equal(givenUp.length, 0);
    offer(object('a', v2), object('b'));
    inHand.handOut.giveBack('b', v1, hour);
    assert.equal(take(), 'a newer 1');
  });

  it('takes an object back into the flow whose acknowledgement was refused', async () => {
    offer(object('a'));
    take();
    acknowledge('a');
    await clock.advance(minute);
    inHand.asked.refused('a', v1);
    await clock.advance(minute - 1);
    assert.equal(take(), undefined);
    await clock.advance(1);
    assert.equal(take(), 'a v1 2');
  });

  it('can be tried again: attempts and rests are forgotten', async () => {
    make({ maxAttempts: 1 });
    offer(object('a'), object('b'));
    take();
    take();
    inHand.handOut.release('a', v1, 'flow', undefined);
    inHand.handOut.reject('b', v1);
    inHand.handOut.tryAgain('a');
    // Their metadata was let go: the next list brings it.
    assert.equal(inHand.handOut.needsList, true);
    offer(object('a'), object('b'));
    assert.deepEqual([take(), take()], ['a v1 1', undefined]);
    inHand.handOut.tryAgain();
    offer(object('a'), object('b'));
    assert.equal(take(), 'b v1 1');
  });

  it('keeps the metadata of a thousand that wait, and takes the rest from later lists in their turn', () => {
    make({ window: 1 });
    const many = Array.from({ length: 2_500 }, (_, number) => object(`o${number}`));
    offer(...many);
    assert.equal(inHand.count('waiting'), 1_000);
    const seen = new Set<string>();
    while (many.length > 0) {
      const update = inHand.handOut.take();
      if (!update) {
        assert.equal(inHand.handOut.needsList, true);
        offer(...many);
        continue;
      }
      seen.add(update.object.objectID);
      acknowledge(update.object.objectID);
      inHand.asked.taken(update.object.objectID, v1, 'consumed');
      many.splice(
        many.findIndex(({ objectID }) => objectID === update.object.objectID),
        1,
      );
    }
    assert.equal(seen.size, 2_500);
  });

  describe('with a memory', () => {
    let journal: Journal;
    const restart = (settings = '', rules: Partial<LedgerRules> = {}): void => {
      const memory = new ReceivingMemory(journal, () => undefined);
      make(rules, memory.receiver('t', 'reader', settings));
    };
    beforeEach(() => {
      journal = inMemory();
      restart();
    });

    it('has spent an attempt of what was in hand when the process died', () => {
      offer(object('a'));
      take();
      restart();
      offer(object('a'));
      assert.equal(take(), 'a v1 2');
      restart();
      offer(object('a'));
      assert.equal(take(), undefined);
      assert.equal(givenUp.length, 1);
      restart();
      offer(object('a'));
      assert.equal(take(), undefined);
      assert.equal(givenUp.length, 0, 'told once a version');
    });

    it('is given up with a word after a restart that came before the list which was to bring its metadata', async () => {
      restart('', { maxAttempts: 1 });
      offer(object('a'));
      take();
      acknowledge('a');
      inHand.asked.taken('a', v1, 'received');
      acknowledge('a');
      inHand.asked.refused('a', v1);
      await clock.advance(minute);
      assert.equal(take(), undefined);
      assert.deepEqual([inHand.count('resting'), givenUp.length], [1, 0]);
      for (const told of [1, 0]) {
        restart('', { maxAttempts: 1 });
        offer(object('a'));
        assert.equal(take(), undefined);
        assert.deepEqual([inHand.count('resting'), givenUp.length], [1, told]);
      }
      assert.equal(journal.map<{ spent: number }>('in hand t reader').get('a')?.spent, 1);
    });

    it('is not handed out by a list that was under way when it was consumed, as a process before was asked to', () => {
      offer(object('a'));
      take();
      restart();
      offer();
      inHand.asked.taken('a', v1, 'consumed');
      inHand.listed.offerReceived(readObject(object('a')), list, true);
      assert.deepEqual([take(), inHand.count('acknowledged')], [undefined, 1]);
    });

    it('has spent none when it was closed', () => {
      for (let round = 0; round < 5; round += 1) {
        offer(object('a'));
        assert.equal(take(), 'a v1 1');
        inHand.handOut.takeBack();
        restart();
      }
    });

    it('says after a restart that it was handed out before, closed or not, with other settings too', () => {
      const isRedelivered = (): boolean | undefined => {
        offer(object('a'));
        return inHand.handOut.take()?.redelivered;
      };
      assert.equal(isRedelivered(), false);
      inHand.handOut.takeBack();
      restart();
      assert.equal(isRedelivered(), true);
      restart('other settings');
      assert.equal(isRedelivered(), true);
    });

    it('remembers rests of what a sibling has marked received since', () => {
      restart('', { window: 3, maxAttempts: 1 });
      offer(object('a'), object('b'));
      take();
      take();
      inHand.handOut.release('a', v1, 'flow', undefined);
      inHand.handOut.reject('b', v1);
      offer();
      assert.ok(inHand.listed.needsReceivedList);
      const offerReceived = (...objects: ObjectMetadata[]): void => {
        for (const each of objects) inHand.listed.offerReceived(readObject(each), list, true);
        inHand.listed.endReceived(list);
      };
      offerReceived(object('a'), object('b'));
      assert.ok(!inHand.listed.needsReceivedList);
      restart();
      offer();
      offerReceived(object('a'), object('b'));
      inHand.listed.prune();
      assert.equal(take(), undefined);
      offer();
      offerReceived();
      assert.deepEqual(Array.from(journal.map('in hand t reader').keys()), []);
    });

    it('remembers what was consumed while another application had it marked received, and others have not', () => {
      const shared = metadataOf({ objectID: 'a', instanceID: v1, consumers: 2 });
      const offerReceived = (...objects: ObjectMetadata[]): void => {
        for (const each of objects) inHand.listed.offerReceived(readObject(each), list, true);
        inHand.listed.endReceived(list);
      };
      offer(shared);
      assert.equal(take(), 'a v1 1');
      acknowledge('a');
      offer();
      inHand.asked.taken('a', v1, 'consumed');
      assert.ok(inHand.listed.needsReceivedList);
      offer();
      offerReceived(shared);
      restart();
      offer();
      offerReceived(shared);
      assert.equal(take(), undefined);
      offer();
      offerReceived();
      assert.deepEqual(Array.from(journal.map('in hand t reader').keys()), []);
    });

    it('remembers rests, rejections and acknowledgements of the version that is listed still', () => {
      restart('', { window: 3, maxAttempts: 1 });
      offer(object('a'), object('b'), object('c'));
      for (let n = 0; n < 3; n += 1) take();
      inHand.handOut.release('a', v1, 'flow', undefined);
      inHand.handOut.reject('b', v1);
      acknowledge('c');
      inHand.asked.taken('c', v1, 'consumed');
      restart();
      offer(object('a'), object('b'), object('c'));
      assert.equal(take(), undefined);
      offer(object('a', v2), object('b', v2), object('c', v2));
      assert.equal(take(), 'a newer 1');
    });

    it('forgets attempts and rests when the settings differ, and not what was acknowledged', () => {
      restart('old', { window: 2, maxAttempts: 1 });
      offer(object('a'), object('c'));
      take();
      take();
      inHand.handOut.release('a', v1, 'flow', undefined);
      acknowledge('c');
      inHand.asked.taken('c', v1, 'consumed');
      restart('new');
      offer(object('a'), object('c'));
      assert.deepEqual([take(), take()], ['a v1 1', undefined]);
    });

    it('is tried again though no list has shown it yet since a restart', () => {
      const once = { maxAttempts: 1 };
      restart('', once);
      offer(object('a'), object('b'));
      take();
      take();
      inHand.handOut.release('a', v1, 'flow', undefined);
      inHand.handOut.reject('b', v1);
      restart('', once);
      inHand.handOut.tryAgain('a');
      offer(object('a'), object('b'));
      assert.deepEqual([take(), take()], ['a v1 1', undefined]);
      acknowledge('a');
      inHand.asked.taken('a', v1, 'consumed');
      restart('', once);
      inHand.handOut.tryAgain();
      offer(object('a'), object('b'));
      assert.deepEqual([take(), take()], ['b v1 1', undefined], 'not what was acknowledged');
    });

    it('is tried again for good: also what was asked for then has spent nothing after a restart', async () => {
      offer(object('a'));
      take();
      await clock.advance(minute);
      assert.equal(take(), 'a v1 2');
      inHand.asked.ask('a', v1);
      inHand.handOut.tryAgain();
      restart();
      offer(object('a'));
      assert.equal(take(), 'a v1 1');
    });

    it('keeps nothing of what is gone', () => {
      offer(object('a'), object('b'));
      take();
      restart();
      offer(object('b'));
      inHand.listed.prune();
      assert.deepEqual(Array.from(journal.map('in hand t reader').keys()), []);
    });
  });
});
