import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AcknowledgementWait,
  type AcknowledgeOutcome,
  isSyncServiceError,
  type ObjectMetadata,
  openJournal,
} from '../../../src/client';
import { until } from '../../support/until';
import type { Stage } from '../stage';
import type { Ground } from './ground';
import type { Reading } from './reading';

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `o${index + 1}`);
const commands = 'EDGE_SYNC_CSS_STOP and EDGE_SYNC_CSS_START';

/** While its cloud is away, an edge lists, and holds acknowledgements back: none of that may cost an object. */
export function describeOutages(stage: Stage, ground: Ground): void {
  const { bound } = stage;
  const scenario = (name: string, run: () => Promise<void>): void => {
    it(`while the cloud is away: ${name}`, async function () {
      const { start, stop } = stage.services.cloud;
      return start && stop ? run() : stage.notRun(this, commands);
    });
  };
  const whileAway = (run: () => Promise<void>): Promise<void> => stage.whileAway(stage.services.cloud, run);
  const allOnce = (
    reading: Reading,
    ids: readonly string[],
    before: ReadonlySet<string> = new Set(),
  ): void => {
    for (const objectID of ids) {
      const told = before.has(objectID) ? '- attempt 1 again' : '- attempt 1';
      assert.deepEqual(reading.of({ objectID }), [told], objectID);
    }
    assert.equal(reading.handed.length, ids.length);
  };

  scenario('60 objects that a flow acknowledges rest in no case, come once, and are consumed', async () => {
    const [type, ids, window] = [stage.newType(), names(60), 8];
    await ground.publish(type, ids);
    const client = ground.open();
    const outcomes = new Map<string, AcknowledgeOutcome>();
    const waits: AcknowledgementWait[] = [];
    let reading: Reading | undefined;
    await whileAway(async () => {
      const consume = async (object: ObjectMetadata): Promise<void> => {
        const asked = client.acknowledge(object, 'consumed', { onWait: (wait) => waits.push(wait) });
        outcomes.set(object.objectID, await asked);
      };
      reading = ground.read(client, type, { window }, ({ object }) => void consume(object));
      await until('an acknowledgement has gone without an answer', () => waits.length > 0, bound);
    });
    assert.ok(reading);
    await until('all are acknowledged', () => outcomes.size === ids.length, bound);
    assert.deepEqual(new Set(outcomes.values()), new Set(['consumed']));
    await ground.consumed(type, ids);
    await reading.twoPolls();
    allOnce(reading, ids);
    const { acknowledging, exhausted, inFlight } = reading.receiver.state;
    assert.deepEqual({ acknowledging, exhausted, inFlight }, { acknowledging: 0, exhausted: 0, inFlight: 0 });
  });

  scenario('a window of 4 has 4 objects in the flow at most, and 4 in acknowledgement', async () => {
    const [type, ids, window] = [stage.newType(), names(12), 4];
    await ground.publish(type, ids);
    const client = ground.open();
    let [settled, most, mostInFlow, mostInAcknowledgement] = [0, 0, 0, 0];
    const consume = async (object: ObjectMetadata): Promise<void> => {
      assert.equal(await client.acknowledge(object), 'consumed');
      settled += 1;
    };
    let reading: Reading | undefined;
    await whileAway(async () => {
      const waiting: ObjectMetadata[] = [];
      const read = ground.read(client, type, { window }, ({ object }) => {
        most = Math.max(most, read.handed.length - settled);
        if (read.handed.length > window) void consume(object);
        else waiting.push(object);
      });
      reading = read;
      read.receiver.onState(({ acknowledging, inFlight }) => {
        mostInFlow = Math.max(mostInFlow, inFlight);
        mostInAcknowledgement = Math.max(mostInAcknowledgement, acknowledging);
      });
      await until('the window is full', () => waiting.length === window, bound);
      await read.twoPolls();
      assert.equal(read.handed.length, window);
      for (const [index, object] of waiting.entries()) {
        void consume(object);
        if (index + 1 < window) {
          await until('its place is taken', () => read.handed.length > window + index, bound);
        }
      }
      await read.twoPolls();
    });
    assert.ok(reading);
    await until('all are acknowledged', () => settled === ids.length, bound);
    await ground.consumed(type, ids);
    allOnce(reading, ids);
    assert.equal(mostInFlow, window);
    assert.equal(mostInAcknowledgement, window);
    assert.ok(most > window && most <= 2 * window, `${most} at a time`);
  });

  scenario(
    'what a flow asked for goes on after a restart of the client, and is not handed out anew',
    async () => {
      const [type, ids, window] = [stage.newType(), names(20), 8];
      const folder = await mkdtemp(join(tmpdir(), 'edge-sync-live-'));
      await ground.publish(type, ids);
      const asked: string[] = [];
      const handed = new Set<string>();
      const refusals: unknown[] = [];
      let reading: Reading | undefined;
      try {
        await whileAway(async () => {
          const journal = await openJournal(folder);
          const client = ground.open(stage.first, { journal });
          const before = ground.read(client, type, { name: 'reader', window });
          const consume = (object: ObjectMetadata): void => {
            asked.push(object.objectID);
            client.acknowledge(object).catch((error: unknown) => refusals.push(error));
          };
          await until('the window is full', () => before.handed.length === window, bound);
          for (const { object } of before.handed.slice(1)) consume(object);
          await until('their places are taken', () => before.handed.length === 2 * window - 1, bound);
          for (const { object } of before.handed.slice(window)) consume(object);
          await before.twoPolls();
          await client.close();
          await journal.close();
          for (const { object } of before.handed) handed.add(object.objectID);
        });
        assert.equal(refusals.length, asked.length);
        assert.ok(refusals.every((error) => isSyncServiceError(error, 'SYNC_CLOSED')));
        const journal = await openJournal(folder);
        const client = ground.open(stage.first, { journal });
        reading = ground.read(client, type, { name: 'reader', window }, ({ object }) => {
          void client.acknowledge(object);
        });
        await ground.consumed(type, ids);
        await client.close();
        await journal.close();
      } finally {
        await rm(folder, { recursive: true });
      }
      allOnce(
        reading,
        ids.filter((objectID) => !asked.includes(objectID)),
        handed,
      );
    },
  );

  scenario('a fetch that fails spends no attempt', async () => {
    const [type, ids] = [stage.newType(), names(3)];
    const cloud = stage.services.cloud;
    for (const objectID of ids) await stage.first.client.publish({ objectType: type, objectID }, objectID);
    const client = ground.open(cloud);
    // The one that there is: were it spent, the object would rest.
    const reading = ground.read(client, type, { maxAttempts: 1 });
    for (const objectID of ids) await reading.next({ objectID });
    const failures: unknown[] = [];
    await whileAway(async () => {
      for (const { object } of Array.from(reading.handed)) {
        const error = await client.fetchObjectData(object).catch((thrown: Error) => thrown);
        assert.ok(error instanceof Error, 'nobody answers');
        failures.push(error);
        reading.receiver.release(object, error);
      }
    });
    assert.ok(failures.every((error) => isSyncServiceError(error, 'SYNC_UNREACHABLE', 'SYNC_TIMEOUT')));
    for (const objectID of ids) {
      const { attempt, object, redelivered } = await reading.next({ objectID }, 2);
      assert.deepEqual([attempt, redelivered], [1, true]);
      assert.equal(String(await client.fetchObjectData(object)), objectID);
      assert.equal(await client.acknowledge(object), 'consumed');
    }
    assert.equal(reading.receiver.state.exhausted, 0);
  });
}
