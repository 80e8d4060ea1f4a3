import type { ObjectMetadataInput } from '../../protocol/metadata';
import { timeOfTimestamp } from '../../protocol/timestamp';
import type { Clock } from '../../system/clock';
import type { CallOptions } from '../connection/options';
import { type DataSource, type Progress, piecesOf, replayable } from '../data/source';
import type { OnWait } from '../data/waits';
import { isSyncServiceError, SyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';
import type { Blobs } from './blobs';
import type { Entry } from './entry';
import type { OutboxLog } from './log';
import type { OutboxClient } from './options';
import type { KeptData } from './record';
import { untilClosed } from './until-closed';
import { changed, fingerprintOf, verified } from './verified';

/**
 * Up to this many bytes the client sends metadata and data in one request, which leaves nothing at the service if it is
 * cut.
 */
const mostInOneRequest = 262_144;

export interface DispatchParts {
  client: OutboxClient;
  log: OutboxLog;
  blobs: Blobs;
  clock: Clock;
  /** Called and awaited before an upload. */
  begin: (entry: Entry) => Promise<void>;
}

/** What ends the sending, and the callbacks that report its progress. */
export interface SendOptions {
  signal: AbortSignal;
  onWait: OnWait;
  onProgress: Progress;
}

/** Sends entries: each as it was kept. */
export class Dispatch {
  constructor(private readonly parts: DispatchParts) {}

  /**
   * @returns whether nothing was sent, since the service still has the same.
   * @throws SyncServiceError.
   */
  async send(entry: Entry, options: SendOptions): Promise<{ unchanged: boolean }> {
    const outcome = await this.#send(entry, options);
    return { unchanged: outcome === 'unchanged' };
  }

  async #send(entry: Entry, options: SendOptions): Promise<unknown> {
    const { signal } = options;
    const { client } = this.parts;
    const { object } = entry;
    if (entry.action === 'delete') return this.#delete(object, { signal });
    if (entry.action === 'activate') return client.activateObject(object, { signal });
    const kept = await this.parts.log.read(entry);
    if (!kept?.record.entry) throw changed(`The record of ${entry.key}`, 'is damaged');
    const { data, metadata = object } = kept.record.entry;
    if (!data) return client.updateObject(this.#ripe(metadata), { signal });
    const source = await this.#sourceOf(data, kept.data, signal);
    const uploads = entry.action === 'data' || data.size > mostInOneRequest;
    const onBegin = async (): Promise<void> => {
      if (uploads) await this.parts.begin(entry);
    };
    // After an upload that may have been cut the data is sent, whatever the service says of its version.
    if (kept.record.entry.onlyWhenChanged && entry.cutBytes === 0) {
      return client.publishIfChanged(this.#ripe(metadata), source, { ...options, onBegin });
    }
    await onBegin();
    if (entry.action === 'data') await client.updateObjectData(object, source, options);
    else await client.publish(this.#ripe(metadata), source, options);
    // What a cut upload has left stays as the tail of shorter data that follows, until that is sent a second time. The
    // client does so itself for cuts that it knows of.
    if (entry.isAfterDeath && entry.followsCut > data.size)
      await client.updateObjectData(object, source, options);
    return undefined;
  }

  /** A second deletion would undo one that is on its way to edges: they would never hear of either. */
  async #delete(object: ObjectReference, options: CallOptions): Promise<void> {
    const { client } = this.parts;
    try {
      const { deleted } = await client.getObjectMetadata(object, options);
      if (deleted) return;
    } catch (error) {
      if (isSyncServiceError(error, 'SYNC_NOT_FOUND')) return;
      throw error;
    }
    await client.deleteObject(object, options);
  }

  /** An object whose activation time came while it waited is sent as active: the service accepts no time that has passed. */
  #ripe(metadata: ObjectMetadataInput): ObjectMetadataInput {
    const { activationTime, inactive, ...others } = metadata;
    const time = activationTime ? timeOfTimestamp(activationTime) : undefined;
    return inactive && time !== undefined && time <= this.parts.clock.now() ? others : metadata;
  }

  async #sourceOf(data: KeptData, inline: Buffer, signal: AbortSignal): Promise<DataSource> {
    if (data.in === 'entry') return inline;
    const { size } = data;
    const read = data.in === 'blob' ? () => this.parts.blobs.read(data) : await this.#readFile(data, signal);
    const pieces = (): AsyncIterable<Uint8Array> => untilEnded(read(), signal);
    if (size > mostInOneRequest) return { stream: pieces, size };
    const whole: Buffer[] = [];
    for await (const piece of pieces()) whole.push(Buffer.from(piece));
    return Buffer.concat(whole);
  }

  /** Reads the whole file before anything is sent: if it has changed, nothing is sent. */
  async #readFile(
    data: Extract<KeptData, { in: 'file' }>,
    signal: AbortSignal,
  ): Promise<() => AsyncIterable<Uint8Array>> {
    const { hash, path } = data;
    const body = await replayable({ file: path });
    if ((await fingerprintOf(untilEnded(piecesOf(body), signal))).hash !== hash)
      throw changed(path, 'has changed since it was put');
    return () => verified(piecesOf(body), data, path);
  }
}

/** A disk may be slow, and a file large: neither delays the closing of the outbox. */
function untilEnded(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array> {
  return untilClosed(pieces, signal, () => new SyncServiceError('SYNC_ABORTED', 'The sending was ended'));
}
