import { isSyncServiceError } from '../../../../src/client';
import { labelOf } from '../content';
import type { Findings } from '../findings';
import type { ServiceRecord } from './record';

/** An upload that an application asked for. */
export interface Upload {
  readonly object: string;
  readonly label: string;
  readonly as: 'publish' | 'data';
  readonly at: number;
  /** The process that asks. */
  readonly by: string;
}

/** Judges what uploads say: nobody else changes these objects, and of one object there is one upload at a time. */
export class Uploads {
  /** How often data was spoilt by what a process before has left: only an outbox remembers that over processes. */
  spoiltByDeath = 0;

  constructor(
    private readonly record: ServiceRecord,
    private readonly findings: Findings,
  ) {}

  ended({ object, label, as, by }: Upload): void {
    this.findings.note(`application: ${object} is uploaded: ${label}`);
    const { dataID, description } = this.record.last(object);
    const data = this.record.contents.get(dataID);
    const isThere = data !== undefined && labelOf(data) === label && (as === 'data' || description === label);
    const spoiltBy = this.record.spoilt.get(dataID);
    if (!isThere) {
      const what = `${object} should have ${label}, and has ${data ? (labelOf(data) ?? 'something else') : 'no data'}`;
      this.findings.broken('k: what was uploaded is there, and whole', what);
    } else if (spoiltBy !== undefined && spoiltBy !== by) this.spoiltByDeath += 1;
    else if (spoiltBy !== undefined) {
      const what = `${object} has ${label}, and the rest of something longer behind it`;
      this.findings.broken('k: what was uploaded is there, and whole', what);
    }
  }

  failed({ object, as, at }: Upload, error: unknown): void {
    this.findings.note(`application: ${object} is not uploaded: ${String(error)}`);
    if (!isSyncServiceError(error)) {
      this.findings.broken('i: no exception, no loop', `${object}: ${String(error)}`);
      return;
    }
    const isNothingThere =
      as === 'data' && this.record.since(object, at).some(({ instanceID }) => !instanceID);
    if (isNothingThere && error.code === 'SYNC_NOT_FOUND') return;
    if (!this.record.troubledSince(at))
      this.findings.broken('k: an upload fails for a reason', `${object}: ${error.message}`);
  }
}
