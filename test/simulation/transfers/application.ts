import type { DataSource, DownloadOptions, Outbox } from '../../../src/client';
import type { MemoryDisk } from '../../support/memory-disk';
import type { VirtualClock } from '../clock';
import { contentOf } from './content';
import type { Fetch } from './oracle/downloads';
import type { Judges } from './oracle/judges';
import type { Kept } from './oracle/kept';
import { labelOfKept } from './oracle/looks';
import type { Upload } from './oracle/uploads';
import type { Waiting } from './oracle/waits';
import type { TransferStep } from './plan';
import { downloads, type TransferProcess } from './process';
import { objectType } from './rest';

type Wish<Does extends TransferStep['does']> = Extract<TransferStep, { does: Does }>;
type AnyWish = Wish<'fetch' | 'upload' | 'keep' | 'wait'>;

/** Data from so many bytes on comes as a stream. */
const streamedFrom = 100_000;
const pieceOfStream = 65_536;

/** What an application wants of its client and its outbox, and what becomes of that. */
export class Application {
  /** So many look at its own files: that is none of the disk's business. */
  #looking = 0;
  /** What is under way. */
  readonly #open = new Map<object, string>();
  readonly #uploading = new Set<string>();
  /** Objects whose last upload did not end well. */
  readonly #unsent = new Set<string>();
  readonly #files = new Set<string>();
  #labels = 0;

  constructor(
    private readonly judges: Judges,
    private readonly clock: VirtualClock,
    private readonly process: () => TransferProcess | undefined,
  ) {}

  get isLooking(): boolean {
    return this.#looking > 0;
  }

  get unfinished(): string[] {
    return Array.from(this.#open.values());
  }

  /** Its process is no more, or is about to be: it hears of nothing any more that was under way. */
  dropAll(): void {
    this.#open.clear();
    this.#uploading.clear();
  }

  does(wish: AnyWish): void {
    const process = this.process();
    if (!process) return;
    switch (wish.does) {
      case 'fetch':
        this.#track(wish, this.#fetch(process, wish));
        return;
      case 'upload':
        if (!this.#uploading.has(wish.object)) this.#track(wish, this.#upload(process, wish));
        return;
      case 'keep':
        if (process.outbox) this.#track(wish, this.#keep(process.outbox, wish));
        return;
      case 'wait':
        this.#track(wish, this.#wait(process, wish));
    }
  }

  /** @param hasData whether the service has data of an object. */
  finish(steps: readonly TransferStep[], hasData: (object: string) => boolean): void {
    const objects = new Set(steps.flatMap((step) => (step.does === 'fetch' ? [step.object] : [])));
    for (const object of objects) {
      if (!hasData(object)) continue;
      for (const to of ['buffer', 'file'] as const)
        this.does({ at: 0, does: 'fetch', object, to, by: 'metadata' });
    }
    for (const object of this.#unsent) {
      const wish = steps.findLast(
        (step) => step.does === 'upload' && step.object === object && step.as === 'publish',
      );
      if (wish?.does === 'upload') this.does(wish);
    }
  }

  /** What stands under the names of files now. */
  async lookAtFiles(disk: MemoryDisk): Promise<void> {
    this.#looking += 1;
    try {
      for (const object of this.#files)
        this.judges.downloads.fileIs(object, await contentOfFile(disk, object));
    } finally {
      this.#looking -= 1;
    }
  }

  #track(wish: AnyWish, work: Promise<void>): void {
    const key = {};
    this.#open.set(key, JSON.stringify(wish));
    const end = (): void => void this.#open.delete(key);
    work.then(end, (error: unknown) => {
      end();
      this.judges.findings.broken(
        'i: no exception, no loop',
        error instanceof Error ? (error.stack ?? '') : String(error),
      );
    });
  }

  async #fetch(process: TransferProcess, { by, object, to }: Wish<'fetch'>): Promise<void> {
    const { client } = process;
    const fetch: Fetch = { object, to, at: this.clock.elapsed() };
    const reference = { objectType, objectID: object };
    const judge = this.judges.downloads;
    try {
      if (by === 'metadata') fetch.metadata = await client.getObjectMetadata(reference);
      judge.begins(fetch);
      const asked = fetch.metadata ?? reference;
      const options: DownloadOptions = {};
      if (to === 'buffer') {
        const bytes = await client.fetchObjectData(asked, options);
        if (isHeard(process)) judge.ended(fetch, bytes);
        return;
      }
      this.#files.add(object);
      await client.fetchObjectDataToFile(asked, pathOf(object), options);
      if (!isHeard(process)) return;
      judge.ended(fetch, (await this.#look(process, object)) ?? Buffer.alloc(0));
    } catch (error) {
      if (isHeard(process)) judge.failed(fetch, error);
    }
  }

  async #upload(process: TransferProcess, { as, chunk, object, size }: Wish<'upload'>): Promise<void> {
    this.#labels += 1;
    const label = `upload ${this.#labels}`;
    const upload: Upload = { object, label, as, at: this.clock.elapsed(), by: process.name };
    const judge = this.judges.uploads;
    const options = chunk > 0 ? { chunkSize: chunk } : {};
    const metadata = { objectType, objectID: object, description: label };
    this.#uploading.add(object);
    this.#unsent.add(object);
    try {
      const data = sourceOf(contentOf(label, size));
      if (as === 'publish') await process.client.publish(metadata, data, options);
      else await process.client.updateObjectData(metadata, data, options);
      if (!isHeard(process)) return;
      this.#unsent.delete(object);
      this.#uploading.delete(object);
      judge.ended(upload);
    } catch (error) {
      if (!isHeard(process)) return;
      this.#uploading.delete(object);
      judge.failed(upload, error);
    }
  }

  async #keep(outbox: Outbox, { object, size, what }: Wish<'keep'>): Promise<void> {
    const process = this.process();
    const judge = this.judges.outboxes;
    const kept = judge.asks(object, what);
    try {
      const entry = await put(outbox, kept, size);
      if (process && isHeard(process)) judge.confirmed(kept, entry);
    } catch (error) {
      if (process && isHeard(process)) judge.refused(kept, error);
    }
  }

  async #wait(process: TransferProcess, { by, goal, object, patience }: Wish<'wait'>): Promise<void> {
    const { client } = process;
    const reference = { objectType, objectID: object };
    const metadata =
      by === 'metadata' ? await client.getObjectMetadata(reference).catch(() => undefined) : undefined;
    if (!isHeard(process) || (by === 'metadata' && !metadata)) return;
    const waiting: Waiting = { object, goal, patience, at: this.clock.elapsed(), metadata };
    try {
      const delivery = await client.waitForDelivery(metadata ?? reference, goal, { patience });
      if (isHeard(process)) this.judges.waits.ended(waiting, delivery);
    } catch (error) {
      if (isHeard(process)) this.judges.waits.failed(waiting, error);
    }
  }

  async #look(process: TransferProcess, object: string): Promise<Buffer | undefined> {
    this.#looking += 1;
    try {
      return await contentOfFile(process.disk, object);
    } finally {
      this.#looking -= 1;
    }
  }
}

/** Whether anybody is there still to hear how something has ended. */
function isHeard(process: TransferProcess): boolean {
  return process.alive && !process.closing;
}

function put(outbox: Outbox, { number, object, what }: Kept, size: number): ReturnType<Outbox['put']> {
  const label = labelOfKept(number);
  const reference = { objectType, objectID: object };
  const metadata = { ...reference, description: label };
  switch (what) {
    case 'publish':
      return outbox.put(metadata, sourceOf(contentOf(label, size)));
    case 'publish inactive':
      return outbox.put({ ...metadata, inactive: true }, sourceOf(contentOf(label, size)));
    case 'fields':
      return outbox.put({ ...metadata, metaOnly: true });
    case 'activate':
      return outbox.activate(reference);
    case 'delete':
      return outbox.delete(reference);
  }
}

function sourceOf(content: Buffer): DataSource {
  if (content.length < streamedFrom) return content;
  async function* stream(): AsyncGenerator<Buffer> {
    for (let at = 0; at < content.length; at += pieceOfStream)
      yield Buffer.from(content.subarray(at, at + pieceOfStream));
  }
  return { stream, size: content.length };
}

function pathOf(object: string): string {
  return `${downloads}/${object}`;
}

async function contentOfFile(disk: MemoryDisk, object: string): Promise<Buffer | undefined> {
  const path = pathOf(object);
  const found = await disk.stat(path).catch(() => undefined);
  if (!found) return undefined;
  const file = await disk.open(path, 'read');
  const content = Buffer.alloc(await file.size());
  await file.read(content, 0);
  await file.close();
  return content;
}
