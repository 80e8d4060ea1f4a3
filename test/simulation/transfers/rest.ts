import { metadataOf } from '../../support/metadata';
import type { TransferOperation } from './plan';
import type { Store, Stored } from './store';

export const objectType = 't';

export interface TransferReply {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** A request as the service has it, its body whole. */
export interface TransferRequest {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** The process that asks. */
  by: string;
}

/** What a request made the service do: `whole` is metadata with data, `metadata` that before its data. */
export type Taken =
  | 'whole'
  | 'metadata'
  | 'fields'
  | 'upload'
  | 'chunk'
  | 'activate'
  | 'delete'
  | 'delete again';

/** Told before it is answered. */
export type OnTaken = (request: TransferRequest, what: Taken, description: string) => void;

/** What a request is about, for the faults that befall only some. */
export function operationOf({
  method,
  path,
  headers,
}: Pick<TransferRequest, 'headers' | 'method' | 'path'>): TransferOperation {
  if (path.startsWith('/api/v1/health')) return 'health';
  const [, objectID, word] = wordsOf(path);
  if (objectID === undefined) return 'list';
  if (method === 'DELETE') return 'delete';
  if (word === 'data' && method === 'PUT') return headers['content-range'] ? 'chunk' : 'upload';
  if (word === 'data') return headers.range ? 'range' : 'data';
  if (word === 'status' || word === 'destinations' || word === 'activate') return word;
  return method === 'PUT' ? 'publish' : 'metadata';
}

export function objectIn(path: string): string {
  return wordsOf(path)[1] ?? '';
}

/** The service's answers to requests of a publisher, and to downloads, as `behaviour.md` has them. */
export class TransferRest {
  constructor(
    private readonly store: Store,
    private readonly onTaken: OnTaken,
  ) {}

  answer(request: TransferRequest): TransferReply {
    const operation = operationOf(request);
    if (operation === 'health')
      return text(200, '{"general":{"nodeType":"CSS","healthStatus":"green","upTime":5},"dbHealth":{}}');
    if (operation === 'list') return empty(404);
    if (operation === 'publish') return this.#publish(request);
    const stored = this.store.find(objectIn(request.path));
    if (!stored) return empty(404);
    const changes =
      operation === 'upload' || operation === 'chunk' || operation === 'activate' || operation === 'delete';
    return changes ? this.#change(operation, stored, request) : ask(operation, stored, request);
  }

  #publish(request: TransferRequest): TransferReply {
    const { meta, data } = JSON.parse(request.body.toString()) as {
      meta: { description?: string; inactive?: boolean; metaOnly?: boolean };
      data?: string;
    };
    const { description = '', inactive = false, metaOnly = false } = meta;
    const objectID = objectIn(request.path);
    const taken = metaOnly
      ? this.store.describe(objectID, description)
      : this.store.publish(
          objectID,
          { description, inactive },
          data === undefined ? undefined : Buffer.from(data, 'base64'),
        );
    if (!taken) return text(400, "Can't update object of the receiving side\n");
    this.onTaken(request, metaOnly ? 'fields' : data === undefined ? 'metadata' : 'whole', description);
    return empty(204);
  }

  #change(
    operation: 'upload' | 'chunk' | 'activate' | 'delete',
    stored: Stored,
    request: TransferRequest,
  ): TransferReply {
    if (stored.isDeleted && operation !== 'delete')
      return text(400, "Can't update object of the receiving side\n");
    switch (operation) {
      case 'upload':
        this.store.upload(stored, request.body);
        break;
      case 'chunk': {
        const [, start = 0, , total = 0] = (
          /bytes (\d+)-(\d+)\/(\d+)/.exec(request.headers['content-range'] ?? '') ?? []
        ).map(Number);
        if (!this.store.chunk(stored, start, total, request.body))
          return text(500, 'Failed to write all the data to file.\n');
        this.onTaken(request, operation, stored.description);
        return { ...empty(204), headers: { 'mms-upload-owner': 'the only one' } };
      }
      case 'activate':
        this.store.activate(stored);
        break;
      case 'delete':
        this.onTaken(request, stored.isDeleted ? 'delete again' : operation, '');
        this.store.delete(stored);
        return empty(204);
    }
    this.onTaken(request, operation, stored.description);
    return empty(204);
  }
}

function ask(operation: TransferOperation, stored: Stored, { headers }: TransferRequest): TransferReply {
  const data = stored.isDeleted ? undefined : stored.data;
  switch (operation) {
    case 'status':
      return text(200, stored.isDeleted ? 'objdeleted' : data ? 'ready' : 'notReady');
    case 'destinations':
      return text(200, JSON.stringify(stored.edges.list()));
    case 'data':
      return data ? { status: 200, headers: {}, body: data } : empty(404);
    case 'range':
      return data ? rangeOf(data, headers.range ?? '') : empty(404);
    default:
      return text(200, written(stored));
  }
}

function rangeOf(data: Buffer, header: string): TransferReply {
  const [, first = 0, last = 0] = (/^bytes=(\d+)-(\d+)$/.exec(header) ?? []).map(Number);
  const body = data.subarray(first, last + 1);
  const said = `bytes ${first}-${first + body.length - 1}/${data.length}`;
  return { status: 206, headers: { 'content-range': said }, body };
}

/** As the service writes it: with an indent, and versions as bare numbers. */
function written({
  objectID,
  instanceID,
  dataID,
  description,
  objectSize,
  metaOnly,
  isActive,
  isDeleted,
  uploadChunkSize,
}: Stored): string {
  const metadata = metadataOf({
    objectID,
    objectType,
    instanceID,
    dataID,
    description,
    objectSize,
    metaOnly,
    inactive: !isActive,
    deleted: isDeleted,
    uploadChunkSize,
  });
  return JSON.stringify(metadata, undefined, 2).replace(/("(?:instance|data)ID": )"(\d+)"/g, '$1$2');
}

/** Type, ID and operation of a path. */
function wordsOf(path: string): string[] {
  return (path.split('?')[0] ?? '').split('/').slice(5).map(decodeURIComponent);
}

function text(status: number, body: string): TransferReply {
  return { status, headers: {}, body: Buffer.from(body) };
}

function empty(status: number): TransferReply {
  return { status, headers: {}, body: Buffer.alloc(0) };
}
