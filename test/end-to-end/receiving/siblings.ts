import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Acknowledgement,
  type AcknowledgementWait,
  type AcknowledgeOutcome,
  openJournal,
  type SyncServiceClient,
} from '../../../src/client';
import { until } from '../../support/until';
import type { Stage } from '../stage';
import type { Ground } from './ground';
import type { Reading } from './reading';

/** An acknowledgement, what it waited for, and what became of it. */
interface Asked {
  waits: AcknowledgementWait[];
  outcome: Promise<AcknowledgeOutcome>;
  settled: () => boolean;
}

/** Receivers of one object type on one client: the service hears of a version once all of them have asked. */
export function describeSiblings(stage: Stage, ground: Ground): void {
  const { bound } = stage;
  const objectID = 'o';

  const ask = async (reading: Reading, how: Acknowledgement = 'consumed', count = 1): Promise<Asked> => {
    const { object } = await reading.next({ objectID }, count);
    const waits: AcknowledgementWait[] = [];
    let settled = false;
    const outcome = reading.receiver.acknowledge(object, how, { onWait: (wait) => waits.push(wait) });
    void outcome.then(
      () => {
        settled = true;
      },
      () => {
        settled = true;
      },
    );
    return { waits, outcome, settled: () => settled };
  };

  /** It waits for these, and the edge has not heard of it. */
  const waitsFor = async (asked: Asked, name: string, type: string, reading: Reading): Promise<void> => {
    await until(
      `it waits for ${name}`,
      () => asked.waits.some((wait) => 'receivers' in wait && wait.receivers.includes(name)),
      bound,
    );
    await reading.twoPolls();
    assert.equal(asked.settled(), false);
    assert.ok(await stage.listed(stage.first.client, { objectType: type, objectID }));
  };

  const pair = async (
    first: object = {},
    second: object = {},
  ): Promise<{ type: string; client: SyncServiceClient; a: Reading; b: Reading }> => {
    const type = stage.newType();
    await ground.publish(type, [objectID], { version: '1' });
    const client = ground.open();
    const [a, b] = [
      ground.read(client, type, { name: 'a', ...first }),
      ground.read(client, type, { name: 'b', ...second }),
    ];
    return { type, client, a, b };
  };

  it('siblings: one asks, and waits until the other has asked', async () => {
    const { type, client, a, b } = await pair();
    const asked = await ask(a);
    await waitsFor(asked, 'b', type, a);
    assert.deepEqual(client.waitedFor(), new Map([['b', 1]]));
    const other = await ask(b);
    assert.deepEqual(await Promise.all([asked.outcome, other.outcome]), ['consumed', 'consumed']);
    await ground.consumed(type, [objectID]);
    assert.deepEqual([a.handed.length, b.handed.length], [1, 1]);
  });

  it('siblings: what a flow changes in its copy, the other one does not see', async () => {
    const { a, b } = await pair();
    (await a.next({ objectID })).object.objectID = 'renamed';
    const { object } = await b.next({ objectID });
    assert.equal(object.objectID, objectID);
    const asked = await ask(b);
    a.receiver.reject({ objectType: object.objectType, objectID });
    assert.equal(await asked.outcome, 'consumed');
  });

  it('siblings: consumed wins over received', async () => {
    const { type, a, b } = await pair();
    const asked = await ask(a, 'received');
    const other = await ask(b, 'consumed');
    await Promise.all([asked.outcome, other.outcome]);
    await ground.consumed(type, [objectID]);
  });

  it('siblings: a newer version ends the waiting, and both get it', async () => {
    const { type, a, b } = await pair();
    const asked = await ask(a);
    await waitsFor(asked, 'b', type, a);
    await ground.publish(type, [objectID], { version: '2' });
    assert.equal(await asked.outcome, 'superseded');
    assert.equal(await (await ask(b)).outcome, 'superseded');
    const both = [await ask(a, 'consumed', 2), await ask(b, 'consumed', 2)];
    assert.deepEqual(await Promise.all(both.map(({ outcome }) => outcome)), ['consumed', 'consumed']);
    for (const { of } of [a, b].map((each) => ({ of: each.of({ objectID }) }))) {
      assert.deepEqual(of, ['1 attempt 1', '2 attempt 1']);
    }
  });

  it('siblings: nobody waits for one that only looks, and it sees each version once', async () => {
    const { type, client, a, b } = await pair({}, { observe: true, redeliverAfter: 100 });
    await b.next({ objectID });
    await a.next({ objectID });
    await a.twoPolls();
    await a.twoPolls();
    assert.deepEqual(client.waitedFor(), new Map());
    assert.equal(await (await ask(a)).outcome, 'consumed');
    await ground.consumed(type, [objectID]);
    assert.deepEqual(b.of({ objectID }), ['1 attempt 1']);
    assert.equal(b.receiver.state.inFlight, 0);
  });

  it('siblings: one that closes to come again is waited for, and gets what it had', async () => {
    const { type, client, a, b } = await pair();
    await b.next({ objectID });
    b.receiver.close({ returning: true });
    const asked = await ask(a);
    await waitsFor(asked, 'b', type, a);
    const back = ground.read(client, type, { name: 'b' });
    const other = await ask(back);
    assert.deepEqual(await Promise.all([asked.outcome, other.outcome]), ['consumed', 'consumed']);
    assert.deepEqual(back.of({ objectID }), ['1 attempt 1 again']);
    assert.equal(a.handed.length, 1);
  });

  it('siblings: one that closed and does not come again is waited for no more', async () => {
    const { type, client, a, b } = await pair();
    b.receiver.close({ returning: true });
    const asked = await ask(a);
    await waitsFor(asked, 'b', type, a);
    client.loseAbsentReceivers();
    assert.equal(await asked.outcome, 'consumed');
    await ground.consumed(type, [objectID]);
  });

  it('siblings: a restart with a journal goes on waiting for the one that has not asked', async () => {
    const type = stage.newType();
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-live-'));
    try {
      await ground.publish(type, [objectID]);
      const journal = await openJournal(folder);
      const client = ground.open(stage.first, { journal });
      const a = ground.read(client, type, { name: 'a' });
      const b = ground.read(client, type, { name: 'b' });
      await b.next({ objectID });
      const asked = await ask(a);
      await waitsFor(asked, 'b', type, a);
      await client.close();
      await journal.close();
      await assert.rejects(asked.outcome, { code: 'SYNC_CLOSED' });

      const journalAgain = await openJournal(folder);
      const again = ground.open(stage.first, { journal: journalAgain });
      const aAgain = ground.read(again, type, { name: 'a' });
      await aAgain.twoPolls();
      assert.deepEqual(again.waitedFor(), new Map([['b', 1]]));
      const bAgain = ground.read(again, type, { name: 'b' });
      assert.equal(await (await ask(bAgain)).outcome, 'consumed');
      await ground.consumed(type, [objectID]);
      assert.deepEqual([aAgain.handed.length, bAgain.handed.length], [0, 1]);
      await again.close();
      await journalAgain.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
