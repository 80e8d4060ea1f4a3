import {
  type DataSource,
  type ObjectMetadata,
  type ObjectReference,
  type OutboxClient,
  SyncServiceError,
  type SyncServiceErrorCode,
} from '../../../src/client';
import type { CallOptions } from '../../../src/client/connection/options';
import { piecesOf, replayable } from '../../../src/client/data/source';
import type { UploadOptions } from '../../../src/client/data/upload-options';
import { Listeners } from '../../../src/system/listeners';
import { metadataOf } from '../../support/metadata';

/** A service that keeps what it is asked, each in a line (`publish t/o data`), and answers as a test says. */
export class ScriptedService {
  readonly asked: string[] = [];
  /** The metadata that was published. */
  readonly metadata: object[] = [];
  /** The data that came last. */
  data = Buffer.alloc(0);
  /** Throws what the service answers; waits where it is slow. */
  answer: (asked: string) => void | Promise<void> = () => undefined;
  /** What it tells of an object; nothing of one that is not there. */
  object: Partial<ObjectMetadata> | undefined = {};
  /** Whether it has of everything what would be published only when that has changed. */
  isUnchanged = false;
  /** What its health says that it is. */
  nodeType: 'CSS' | 'ESS';
  /** How many requests with data were begun, whatever became of that. */
  begun = 0;
  /** Of what was published: told what that waits for, and how far it is. */
  readonly listeners: Pick<UploadOptions, 'onProgress' | 'onWait'>[] = [];
  running = 0;
  mostRunning = 0;

  constructor(readonly kind: 'CSS' | 'ESS' = 'CSS') {
    this.nodeType = kind;
  }

  client(): ScriptedClient {
    return new ScriptedClient(this);
  }

  async ask(asked: string): Promise<void> {
    this.asked.push(asked);
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      await this.answer(asked);
    } finally {
      this.running -= 1;
    }
  }
}

/** The client of one process. */
export class ScriptedClient implements OutboxClient {
  readonly allowsCloudOnlyNames = false;
  isDead = false;
  readonly #answers = new Listeners<void>('answers');

  constructor(private readonly service: ScriptedService) {}

  get kind(): 'CSS' | 'ESS' {
    return this.service.kind;
  }

  onAnswer(listener: () => void): () => void {
    return this.#answers.add(listener);
  }

  /** Somebody else has got a good answer. */
  showLife(): void {
    this.#answers.tell();
  }

  async publish(
    metadata: ObjectReference,
    data: DataSource,
    { onProgress, onWait, signal }: UploadOptions = {},
  ): Promise<void> {
    const text = await this.#textOf(data);
    this.service.listeners.push({ onProgress, onWait });
    this.service.metadata.push(metadata);
    await this.#ask(`publish ${nameOf(metadata)} ${text}`, signal);
  }

  async publishIfChanged(
    metadata: ObjectReference,
    data: DataSource,
    { onBegin, ...options }: UploadOptions = {},
  ): Promise<'published' | 'unchanged'> {
    await this.#ask(`compare ${nameOf(metadata)}`, options.signal);
    if (this.service.isUnchanged) return 'unchanged';
    await onBegin?.();
    await this.publish(metadata, data, options);
    return 'published';
  }

  async updateObject(metadata: ObjectReference, { signal }: CallOptions = {}): Promise<void> {
    this.service.metadata.push(metadata);
    await this.#ask(`metadata ${nameOf(metadata)}`, signal);
  }

  async updateObjectData(
    object: ObjectReference,
    data: DataSource,
    { signal }: CallOptions = {},
  ): Promise<void> {
    await this.#ask(`data ${nameOf(object)} ${await this.#textOf(data)}`, signal);
  }

  activateObject(object: ObjectReference, { signal }: CallOptions = {}): Promise<void> {
    return this.#ask(`activate ${nameOf(object)}`, signal);
  }

  deleteObject(object: ObjectReference, { signal }: CallOptions = {}): Promise<void> {
    return this.#ask(`delete ${nameOf(object)}`, signal);
  }

  async getObjectMetadata(object: ObjectReference, { signal }: CallOptions = {}): Promise<ObjectMetadata> {
    await this.#ask(`look ${nameOf(object)}`, signal);
    if (!this.service.object) throw failure('SYNC_NOT_FOUND', 404);
    return metadataOf({ ...object, ...this.service.object });
  }

  listUpdates(objectType: string, { signal }: CallOptions = {}): Promise<unknown> {
    return this.#ask(`list ${objectType}`, signal);
  }

  async getHealth({ signal }: CallOptions = {}): Promise<unknown> {
    await this.#ask('health', signal);
    return { general: { nodeType: this.service.nodeType } };
  }

  async #textOf(data: DataSource): Promise<string> {
    this.service.begun += 1;
    const pieces: Buffer[] = [];
    for await (const piece of piecesOf(await replayable(data))) pieces.push(Buffer.from(piece));
    this.service.data = Buffer.concat(pieces);
    const { length } = this.service.data;
    return length > 100 ? `${length} bytes` : this.service.data.toString();
  }

  async #ask(asked: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.isDead) await new Promise(() => undefined);
    await unlessAborted(this.service.ask(asked), signal);
    if (this.isDead) await new Promise(() => undefined);
    if (asked !== 'health') this.#answers.tell();
  }
}

/** How nobody answers, as the client tells it. */
export function down(): never {
  throw failure('SYNC_UNREACHABLE');
}

/** An error as the client throws it. */
export function failure(
  code: SyncServiceErrorCode,
  statusCode?: number,
  response?: string,
): SyncServiceError {
  const details = {
    ...(statusCode !== undefined && { statusCode }),
    ...(response !== undefined && { response }),
  };
  return new SyncServiceError(code, `${code} ${statusCode ?? ''} ${response ?? ''}`.trim(), details);
}

function nameOf({ objectType, objectID }: ObjectReference): string {
  return `${objectType}/${objectID}`;
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(failure('SYNC_ABORTED')), { once: true });
  });
  aborted.catch(() => undefined);
  await Promise.race([work, aborted]);
}
