import assert from 'node:assert/strict';
import { isSyncServiceError, type Outbox } from '../../../src/client';
import { failure as diskFailure } from '../../support/memory-disk';
import { Ground } from './ground';
import { failure } from './scripted-service';

const limits = { bytes: 2_000_000 };
const sizes = { a: 10, b: 100_000, go: 100_000, c: 60_000, d: 60_000, e: 10 };

/** Puts a few, of which one is sent. @returns what was confirmed. */
async function fill(ground: Ground, outbox: Outbox): Promise<string[]> {
  const kept: string[] = [];
  for (const [objectID, size] of Object.entries(sizes)) {
    const put = outbox.put({ objectType: 't', objectID }, Buffer.alloc(size, objectID));
    await unlessOfDisk(ground.inTime(put).then(() => kept.push(objectID)));
  }
  await ground.pass(2_000);
  return kept;
}

async function unlessOfDisk(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!isSyncServiceError(error, 'SYNC_STORAGE')) throw error;
  });
}

function away(): Ground {
  const ground = new Ground();
  ground.service.answer = (asked) => {
    if (!asked.includes('/go ')) throw failure('SYNC_REJECTED', 409);
  };
  return ground;
}

/** What an outbox does while the disk may fail. @returns what was confirmed. */
const works: Record<string, (ground: Ground) => Promise<string[]>> = {
  async 'is opened for the first time'(ground) {
    const outbox = await ground.open(limits);
    const kept = await fill(ground, outbox);
    await unlessOfDisk(ground.close(outbox));
    return kept;
  },
  async 'is opened once more'(ground) {
    const outbox = await ground.open(limits);
    await ground.pass(2_000);
    await unlessOfDisk(ground.close(outbox));
    return [];
  },
};

describe('an outbox whose disk fails at any moment', function () {
  this.timeout(120_000);

  for (const [what, work] of Object.entries(works)) {
    for (const [often, times] of [
      ['once', 1],
      ['from then on', Number.POSITIVE_INFINITY],
    ] as const) {
      it(`loses nothing that it confirmed, and leaves nothing open: when it ${what}, ${often}`, async () => {
        for (let at = 1, hasFailed = true; hasFailed; at += 1) {
          const ground = away();
          let kept: string[] = [];
          if (what === 'is opened once more') {
            kept = await fill(ground, await ground.open(limits));
            ground.kill();
            await ground.pass(10_000);
          }
          let failures = 0;
          const { steps } = ground.disk;
          // Some are those of the process that is dead.
          const timers = ground.clock.waiting;
          ground.disk.before = ({ name, path, step }) => {
            if (step < steps + at || failures >= times) return;
            failures += 1;
            throw diskFailure('EIO', name, path);
          };
          await unlessOfDisk(work(ground).then((confirmed) => kept.push(...confirmed)));
          ground.disk.before = () => undefined;
          hasFailed = failures > 0;
          await ground.pass(10_000);
          assert.deepEqual([ground.disk.openFiles, ground.clock.waiting], [0, timers], `at ${at}`);
          const after = await ground.open(limits);
          const there = [...after.entries(), ...after.deadLetters()].map(({ objectID }) => objectID);
          const lost = kept.filter((name) => name !== 'go' && !there.includes(name));
          assert.deepEqual(lost, [], `at ${at}`);
          await ground.close(after);
        }
      });
    }
  }
});
