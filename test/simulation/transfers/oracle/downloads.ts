import { isSyncServiceError, type ObjectMetadata } from '../../../../src/client';
import { nameOfData } from '../content';
import type { Findings } from '../findings';
import type { ServiceRecord } from './record';

/** A download that an application asked for. */
export interface Fetch {
  readonly object: string;
  readonly to: 'buffer' | 'file';
  readonly at: number;
  /** Where it was asked for by metadata. */
  metadata?: ObjectMetadata;
}

/** A file as a download found or left it: undefined where there is none. */
type FileContent = Buffer | undefined;

/** Judges what downloads hand out, what they say, and what stands under the names of files. */
export class Downloads {
  /** Downloads of data whose size nobody says: nothing tells where it ends but its end. */
  unsized = 0;
  /** What may stand under a name: what somebody has begun to write there. */
  readonly #begun = new Map<string, Fetch[]>();
  /** The last that ended well. */
  readonly #done = new Map<string, Fetch>();

  constructor(
    private readonly record: ServiceRecord,
    private readonly findings: Findings,
  ) {}

  begins(fetch: Fetch): void {
    if (fetch.to !== 'file') return;
    this.#begun.set(fetch.object, [...(this.#begun.get(fetch.object) ?? []), fetch]);
  }

  ended(fetch: Fetch, bytes: Buffer): void {
    const { object, to } = fetch;
    this.findings.note(`application: ${object} is fetched to ${to}: ${nameOfData(bytes)}`);
    if (to === 'file') this.#done.set(object, fetch);
    if (this.#isOf(fetch, bytes)) return;
    this.findings.broken(
      'j: bytes handed out are those of their dataID',
      `${object} to ${to}: ${nameOfData(bytes)}`,
    );
  }

  failed(fetch: Fetch, error: unknown): void {
    const { object } = fetch;
    this.findings.note(`application: ${object} is not fetched: ${String(error)}`);
    if (!isSyncServiceError(error)) {
      this.findings.broken('i: no exception, no loop', `${object}: ${String(error)}`);
      return;
    }
    const seen = this.record.since(object, fetch.at);
    const isExplained = seen.length > 1 || this.record.troubledSince(fetch.at) || this.#isSpoilt(object);
    const asked = fetch.metadata?.dataID;
    if (error.code === 'SYNC_NOT_FOUND' || error.code === 'SYNC_SUPERSEDED') {
      const isSo =
        error.code === 'SYNC_NOT_FOUND'
          ? seen.some(({ dataID, isDeleted }) => dataID === '0' || isDeleted)
          : seen.some(({ dataID }) => (asked === undefined ? seen.length > 1 : dataID !== asked));
      if (!isSo) this.findings.broken('j: what a download says is so', `${object}: ${error.message}`);
    } else if (!isExplained)
      this.findings.broken('j: what can be fetched is fetched', `${object}: ${error.message}`);
  }

  /** What stands under the name of a file, whatever has happened. */
  fileIs(object: string, content: FileContent): void {
    const begun = this.#begun.get(object) ?? [];
    const done = this.#done.get(object);
    if (!content) {
      if (done)
        this.findings.broken('j: a file appears whole, or not at all', `${object} is not there any more`);
      return;
    }
    // What was begun before the last that ended well may have ended after it.
    if (begun.some((fetch) => this.#isOf(fetch, content))) return;
    this.findings.broken('j: a file appears whole, or not at all', `${object} is ${nameOfData(content)}`);
  }

  #isOf({ object, metadata, at }: Fetch, bytes: Buffer): boolean {
    const asked = metadata ? [metadata.dataID] : this.record.since(object, at).map(({ dataID }) => dataID);
    const found = asked.some((dataID) => this.record.contents.get(dataID)?.equals(bytes));
    if (found || !this.#isUnsized(object, at)) return found;
    this.unsized += 1;
    return true;
  }

  #isUnsized(object: string, at: number): boolean {
    return this.record.since(object, at).some(({ description }) => description.startsWith(unsized));
  }

  #isSpoilt(object: string): boolean {
    return this.record.spoilt.has(this.record.last(object).dataID);
  }
}

/** What others write beside data whose size the service has forgotten. */
export const unsized = 'described';
