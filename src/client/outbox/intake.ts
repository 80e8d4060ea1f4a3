import { resolve } from 'node:path';
import type { ObjectMetadataInput } from '../../protocol/metadata';
import type { Clock } from '../../system/clock';
import { signatureOf } from '../data/signing';
import { type DataSource, piecesOf, type ReplayableBody, replayable } from '../data/source';
import { invalidArgument } from '../errors';
import { checkReference, type ObjectReference } from '../objects/names';
import { toPublish } from '../objects/rules';
import type { Blobs } from './blobs';
import type { OutboxAction } from './entry';
import type { OutboxClient, PutOptions } from './options';
import type { KeptData } from './record';
import { untilClosed } from './until-closed';
import { fingerprintOf } from './verified';

/** Data of up to this many bytes is stored in the log, with its entry. */
const mostInline = 65_536;

/** What is to be kept of a call: its metadata is valid, and its data on the disk or inline. */
export interface Draft {
  readonly action: OutboxAction;
  readonly object: ObjectReference;
  readonly metadata?: ObjectMetadataInput;
  readonly data?: KeptData;
  readonly inline?: Buffer;
  readonly onlyWhenChanged?: boolean;
}

type DataOfDraft = Pick<Draft, 'data' | 'inline'>;

export interface IntakeParts {
  client: Pick<OutboxClient, 'kind' | 'allowsCloudOnlyNames'>;
  blobs: Blobs;
  clock: Clock;
  /** Called before each piece of large data is kept. */
  makeRoom: (bytes: number) => Promise<void>;
  /** Ends the calls that still wait for their data. */
  closing: AbortSignal;
}

/** Reads what is put into an outbox, and refuses what the service would refuse. */
export class Intake {
  constructor(private readonly parts: IntakeParts) {}

  /** @throws SyncServiceError SYNC_INVALID_ARGUMENT, SYNC_OUTBOX_FULL. */
  async publish(
    metadata: ObjectMetadataInput,
    data: DataSource | undefined,
    options: PutOptions,
  ): Promise<Draft> {
    const { client, clock } = this.parts;
    const object = this.#reference(metadata);
    toPublish(metadata, client.kind, data !== undefined, clock.now());
    const kept = asJson(metadata);
    if (data === undefined && options.onlyWhenChanged) {
      throw invalidArgument('Only what has data can be sent only when it has changed');
    }
    if (data === undefined) return { action: 'metadata', object, metadata: kept };
    const found = await this.#data(data, options);
    const draft: Draft = {
      action: 'publish',
      object,
      metadata: kept,
      ...found,
      ...(options.onlyWhenChanged && { onlyWhenChanged: true }),
    };
    if (!options.sign) return draft;
    try {
      const signature = await signatureOf(await this.#bodyOf(found), options.sign);
      return { ...draft, metadata: { ...kept, ...signature } };
    } catch (error) {
      this.discard(found);
      throw error;
    }
  }

  async data(object: ObjectReference, data: DataSource, options: PutOptions): Promise<Draft> {
    const checked = this.#reference(object);
    return { action: 'data', object: checked, ...(await this.#data(data, options)) };
  }

  other(action: 'activate' | 'delete', object: ObjectReference): Draft {
    return { action, object: this.#reference(object) };
  }

  /** The draft is not used: its data need not be kept. */
  discard({ data }: DataOfDraft): void {
    if (data?.in === 'blob') this.parts.blobs.release(data.hash);
  }

  #reference({ objectID, objectType }: ObjectReference): ObjectReference {
    const object = { objectType, objectID };
    checkReference(object, this.parts.client.allowsCloudOnlyNames);
    return object;
  }

  async #data(data: DataSource, { reference }: PutOptions): Promise<DataOfDraft> {
    if (reference && typeof data === 'object' && 'file' in data) {
      const path = resolve(data.file);
      const body = await replayable({ file: path });
      return { data: { in: 'file', path, ...(await fingerprintOf(this.#pieces(body))) } };
    }
    if (reference) throw invalidArgument('Only a file can be referenced');
    const body = await replayable(data);
    // What will never fit is refused before it is copied.
    if ((body.size ?? 0) > mostInline) await this.parts.makeRoom(body.size ?? 0);
    const pieces = this.#pieces(body)[Symbol.asyncIterator]();
    const [first, isWhole] = await upTo(mostInline, pieces);
    if (isWhole) {
      const inline = Buffer.concat(first);
      return { data: { in: 'entry', size: inline.length }, inline };
    }
    const { blobs, makeRoom } = this.parts;
    return { data: { in: 'blob', ...(await blobs.keep(after(first, pieces), makeRoom)) } };
  }

  #pieces(body: ReplayableBody): AsyncGenerator<Uint8Array> {
    return untilClosed(piecesOf(body), this.parts.closing);
  }

  #bodyOf({ data, inline }: DataOfDraft): Promise<ReplayableBody> {
    if (data?.in === 'file') return replayable({ file: data.path });
    if (data?.in !== 'blob') return replayable(inline ?? '');
    return replayable({ stream: () => this.parts.blobs.read(data), size: data.size });
  }
}

/** A copy, so that what the caller changes later makes no difference. */
function asJson(metadata: ObjectMetadataInput): ObjectMetadataInput {
  try {
    return JSON.parse(JSON.stringify(metadata)) as ObjectMetadataInput;
  } catch (error) {
    throw invalidArgument(`The metadata cannot be written as JSON: ${String(error)}`);
  }
}

/** Copies of the first pieces, until they exceed a limit in bytes, and whether they are all. */
async function upTo(limit: number, pieces: AsyncIterator<Uint8Array>): Promise<[Buffer[], boolean]> {
  const first: Buffer[] = [];
  for (let bytes = 0; bytes <= limit; ) {
    const { done, value } = await pieces.next();
    if (done) return [first, true];
    first.push(Buffer.from(value));
    bytes += value.length;
  }
  return [first, false];
}

async function* after(first: readonly Buffer[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* { [Symbol.asyncIterator]: () => rest };
}
