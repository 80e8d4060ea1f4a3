import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ObjectMetadata, ObjectStatus } from '../../src/client';
import { metadataOf } from './metadata';
import { serve } from './server';

interface Chunk {
  length: number;
  digest: string;
  bytes: Buffer | undefined;
}

interface StoredObject {
  metadata: ObjectMetadata;
  status: ObjectStatus;
  chunks: Map<number, Chunk>;
  /** The data, or what it was put together of where bytes are not kept. */
  data: Buffer | undefined;
  parts: Chunk[];
}

/**
 * A CSS that stores in MongoDB, as its source (edge-sync-service a220688) and a run of it on a database showed it: the
 * number of a chunk is computed from the size of the first, the one that reaches the total ends the upload whatever is
 * missing, and a queue puts them together later.
 */
export class ChunkStore {
  readonly objects = new Map<string, StoredObject>();
  /** What was asked, in order: `PUT meta`, `PUT 0-3/10`, `PUT whole`. Questions are not among it. */
  readonly asked: string[] = [];
  /** How often the state of an object is asked before the queue comes to it. */
  queue = 1;
  /** What is told of the process that took a chunk. */
  owner = 'a';
  /** Whether data fits its signature. */
  fits: (object: StoredObject) => boolean = () => true;
  /** Called once a chunk has come, before it is kept: it may answer itself, and say so. */
  before: (range: string, request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  /** What the next questions wait for, each for one. */
  readonly gates: Promise<unknown>[] = [];
  address = '';
  #close: () => Promise<void> = () => Promise.resolve();
  #time = 1_795_470_914_231;
  #uploads = 0;
  /** How many uploads came in at once, at most. */
  atOnce = 0;

  /** @param keepsBytes false for data that would not fit into memory: what came is known by its digests. */
  private constructor(private readonly keepsBytes: boolean) {}

  static async start(keepsBytes = true): Promise<ChunkStore> {
    const store = new ChunkStore(keepsBytes);
    const server = await serve((request, response) => void store.#answer(request, response));
    store.address = server.address;
    store.#close = server.close;
    return store;
  }

  close(): Promise<void> {
    return this.#close();
  }

  get(key: string): StoredObject {
    const object = this.objects.get(key);
    if (!object) throw new Error(`There is no ${key}`);
    return object;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, , , , , objectType, objectID, operation] = (request.url ?? '').split('/');
    const key = `${objectType}/${objectID}`;
    if (request.method !== 'PUT') await this.gates.shift();
    const object = this.objects.get(key);
    if (request.method === 'PUT') {
      this.#uploads += 1;
      this.atOnce = Math.max(this.atOnce, this.#uploads);
      await this.#put(key, operation === 'data', request, response).catch(() => response.destroy());
      this.#uploads -= 1;
    } else if (!object) response.writeHead(404).end();
    else if (operation === 'status') response.end(this.#status(object));
    else if (operation === 'data') response.end(object.data);
    else response.end(JSON.stringify(object.metadata).replace(/("(?:instance|data)ID":)"(\d+)"/g, '$1$2'));
  }

  async #put(
    key: string,
    isData: boolean,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await read(request, this.keepsBytes || !isData);
    if (!isData) return this.#putMetadata(key, String(body.bytes), response);
    const object = this.objects.get(key);
    const range = request.headers['content-range'];
    if (range !== undefined && this.before(range, request, response)) return;
    this.asked.push(`PUT ${range?.replace('bytes ', '') ?? 'whole'}`);
    if (!object) return void response.writeHead(404).end();
    if (range === undefined) {
      this.#store(object, [body]);
      response.writeHead(204).end();
      return;
    }
    this.#putChunk(object, range, body);
    response.writeHead(204, { 'mms-upload-owner': this.owner }).end();
  }

  #putMetadata(key: string, json: string, response: ServerResponse): void {
    this.asked.push('PUT meta');
    const { meta, data } = JSON.parse(json) as { meta: Partial<ObjectMetadata>; data?: string };
    const metadata = metadataOf({
      ...meta,
      objectSize: 0,
      uploadChunkSize: 0,
      instanceID: this.#newID(),
      dataID: '0',
    });
    // Chunks of before stay where they are.
    const chunks = this.objects.get(key)?.chunks ?? new Map<number, Chunk>();
    const object: StoredObject = { metadata, status: 'notReady', chunks, data: undefined, parts: [] };
    this.objects.set(key, object);
    if (data !== undefined) this.#store(object, [chunkOf(Buffer.from(data, 'base64'))]);
    const isRefused = object.status === 'verificationFailed';
    response.writeHead(isRefused ? 500 : 204).end(isRefused ? 'Failed to verify and store data\n' : '');
  }

  #putChunk(object: StoredObject, range: string, chunk: Chunk): void {
    const [, start = 0, , total = 0] = (/bytes (\d+)-(\d+)\/(\d+)/.exec(range) ?? []).map(Number);
    const { metadata } = object;
    if (start === 0) Object.assign(metadata, { uploadChunkSize: chunk.length, objectSize: total });
    const isLast = start + chunk.length >= total;
    const number = isLast
      ? Math.ceil(total / metadata.uploadChunkSize)
      : Math.floor((start + chunk.length) / chunk.length);
    object.chunks.set(number, chunk);
    if (isLast) object.status = 'verifying';
  }

  /** Each question brings the queue one step further. */
  #status(object: StoredObject): ObjectStatus {
    if (object.status !== 'verifying') return object.status;
    if (this.queue > 0) {
      this.queue -= 1;
      // Until the queue comes to it, it is as it was.
      return object.metadata.dataID === '0' ? 'notReady' : 'ready';
    }
    const { uploadChunkSize, objectSize } = object.metadata;
    const count = Math.ceil(objectSize / uploadChunkSize);
    const parts = Array.from({ length: count }, (_, index) => object.chunks.get(index + 1));
    object.chunks.clear();
    this.#store(
      object,
      parts.filter((part): part is Chunk => part !== undefined),
    );
    return object.status;
  }

  #store(object: StoredObject, parts: Chunk[]): void {
    object.parts = parts;
    if (!this.fits(object)) {
      object.status = 'verificationFailed';
      return;
    }
    const id = this.#newID();
    const objectSize = parts.reduce((sum, { length }) => sum + length, 0);
    Object.assign(object.metadata, { dataID: id, instanceID: id, objectSize });
    object.data = this.keepsBytes
      ? Buffer.concat(parts.map(({ bytes }) => bytes ?? Buffer.alloc(0)))
      : undefined;
    object.status = 'ready';
  }

  #newID(): string {
    this.#time += 1;
    return String(this.#time);
  }
}

async function read(request: IncomingMessage, keeps: boolean): Promise<Chunk> {
  const hash = createHash('sha256');
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    hash.update(piece);
    length += piece.length;
    if (keeps) pieces.push(piece);
  }
  return { length, digest: hash.digest('hex'), bytes: keeps ? Buffer.concat(pieces) : undefined };
}

function chunkOf(bytes: Buffer): Chunk {
  return { length: bytes.length, digest: createHash('sha256').update(bytes).digest('hex'), bytes };
}
