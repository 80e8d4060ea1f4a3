import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isSyncServiceError, Outbox, type OutboxLimits, SyncServiceClient } from '../src/client';
import type { Disk, DiskFile } from '../src/storage/disk';
import { systemDisk } from '../src/storage/system-disk';

/**
 * An outbox whose service is dead: how fast it keeps objects where the disk needs 10 ms for a sync, and what it takes of
 * memory and disk when a million messages are put into 64 MiB.
 */

const limit = 67_108_864;
const bytesPerMiB = 1_048_576;
/** As many are put at a time as a busy flow has under way. */
const atOnce = 1_000;

/** The disk of the machine, where a sync takes so many ms more. */
function slowDisk(delay: number): Disk {
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, delay));
  const slow = (file: DiskFile): DiskFile => ({
    read: (into, position) => file.read(into, position),
    write: (bytes, position) => file.write(bytes, position),
    size: () => file.size(),
    truncate: (size) => file.truncate(size),
    setMode: (mode) => file.setMode(mode),
    sync: () => pause().then(() => file.sync()),
    datasync: () => pause().then(() => file.datasync()),
    close: () => file.close(),
  });
  return { ...systemDisk, open: async (...args) => slow(await systemDisk.open(...args)) };
}

interface Ground {
  outbox: Outbox;
  folder: string;
  close(): Promise<void>;
}

async function open(limits: OutboxLimits, disk: Disk): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-sync-outbox-'));
  // Nobody listens there.
  const client = new SyncServiceClient({ address: 'http://127.0.0.1:9', organization: 'demo' });
  const outbox = await Outbox.open({ folder, client, ...limits }, { disk });
  return {
    outbox,
    folder,
    async close() {
      await outbox.close();
      await client.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Puts so many objects, `atOnce` of them at a time. @returns how many were refused since it was full. */
async function fill(outbox: Outbox, count: number, bytes: number, onProgress: () => void): Promise<number> {
  const data = Buffer.alloc(bytes, 'x');
  let [next, refused] = [0, 0];
  const put = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      if (next % 10_000 === 0) onProgress();
      await outbox.put({ objectType: 'bench', objectID: `o${next}` }, data).catch((error: unknown) => {
        if (!isSyncServiceError(error, 'SYNC_OUTBOX_FULL')) throw error;
        refused += 1;
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, put));
  return refused;
}

/** Objects of 1 KiB that are kept in a second. */
async function keep(objects: number): Promise<number> {
  const { outbox, close } = await open({}, slowDisk(10));
  const began = performance.now();
  await fill(outbox, objects, 1_024, () => undefined);
  const perSecond = (objects * 1_000) / (performance.now() - began);
  await close();
  return perSecond;
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(({ name, parentPath }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

interface Flood {
  whenFull: 'refuse' | 'drop oldest';
  messages: number;
  seconds: number;
  refused: number;
  dropped: number;
  waiting: number;
  /** In MiB: of the disk at most, and of the heap after a third, and at the end. */
  disk: number;
  heapEarly: number;
  heapLate: number;
}

async function flood(messages: number, whenFull: Flood['whenFull']): Promise<Flood> {
  const { outbox, folder, close } = await open({ bytes: limit, entries: 1_000_000, whenFull }, systemDisk);
  const heaps: number[] = [];
  let disk = 0;
  const looking: Promise<void>[] = [];
  const began = performance.now();
  const refused = await fill(outbox, messages, 1_024, () => {
    (globalThis as { gc?: () => void }).gc?.();
    const { heapUsed, external } = process.memoryUsage();
    heaps.push((heapUsed + external) / bytesPerMiB);
    looking.push(
      sizeOf(folder).then((size) => {
        disk = Math.max(disk, size / bytesPerMiB);
      }),
    );
  });
  const seconds = (performance.now() - began) / 1_000;
  await Promise.all(looking);
  const { ended, waiting } = outbox.state;
  await close();
  const [heapEarly = 0, heapLate = 0] = [heaps[Math.floor(heaps.length / 3)], heaps.at(-1)];
  return { whenFull, messages, seconds, refused, dropped: ended.dropped, waiting, disk, heapEarly, heapLate };
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      objects: { type: 'string', default: '50000' },
      messages: { type: 'string', default: '1000000' },
      json: { type: 'string' },
    },
  });
  const perSecond = await keep(Number(values.objects));
  console.log(`${Math.round(perSecond)} objects of 1 KiB kept a second, with a sync of 10 ms`);
  const floods: Flood[] = [];
  for (const whenFull of ['refuse', 'drop oldest'] as const) {
    const found = await flood(Number(values.messages), whenFull);
    floods.push(found);
    const { disk, dropped, heapEarly, heapLate, messages, refused, seconds, waiting } = found;
    console.log(
      `${messages} messages to a dead service, 64 MiB, ${whenFull}: ${seconds.toFixed(1)} s, ${waiting} wait, ` +
        `${refused} refused, ${dropped} dropped, ${disk.toFixed(1)} MiB of disk at most, ` +
        `${heapEarly.toFixed(0)} MiB of memory after a third, ${heapLate.toFixed(0)} MiB at the end`,
    );
  }
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify({ perSecond, floods }, null, 2)}\n`);
  }
}

void run();
