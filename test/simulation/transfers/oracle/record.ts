import { nameOfData } from '../content';
import type { Edges } from '../edges';
import type { Findings } from '../findings';
import type { Stored, StoreWitness } from '../store';

/** What an object was for a while; without an instanceID it was not there. */
export interface Stretch {
  readonly from: number;
  until: number;
  readonly instanceID: string | undefined;
  readonly dataID: string;
  readonly isDeleted: boolean;
  readonly description: string;
  readonly isActive: boolean;
  readonly edges: Edges | undefined;
}

/** All that the service had, and when; and when something went wrong between it and the client. */
export class ServiceRecord implements StoreWitness {
  readonly #stretches = new Map<string, Stretch[]>();
  /** What was sent, by the dataID that it got. */
  readonly contents = new Map<string, Buffer>();
  /** Data behind which something else stands, by its dataID, and the process that has left it there. */
  readonly spoilt = new Map<string, string>();
  #faults = 0;
  #trouble = Number.NEGATIVE_INFINITY;

  constructor(private readonly findings: Findings) {}

  changed(stored: Readonly<Stored>, sent: Buffer | undefined): void {
    const { objectID, instanceID, dataID, description, edges, isActive, spoiltBy } = stored;
    if (sent) {
      this.contents.set(dataID, sent);
      if (spoiltBy !== undefined) this.spoilt.set(dataID, spoiltBy);
      this.findings.note(
        `service: ${objectID} has ${nameOfData(sent)}${this.spoilt.has(dataID) ? ', spoilt' : ''}`,
      );
    } else this.findings.note(`service: ${objectID} is described: ${description}`);
    this.#add(objectID, { instanceID, dataID, description, isActive, edges, isDeleted: false });
  }

  deleted(objectID: string): void {
    this.findings.note(`service: ${objectID} is deleted`);
    const last = this.last(objectID);
    this.#add(objectID, { ...last, description: '', isDeleted: true });
  }

  forgotten(objectID: string): void {
    this.#add(objectID, nothing);
  }

  /** Something went wrong: what fails then may have failed for it. */
  troubled(): void {
    this.#trouble = this.findings.now;
  }

  /** A fault befalls a request from now on, or has come to its end. */
  fault(begins: boolean): void {
    this.#faults += begins ? 1 : -1;
    this.troubled();
  }

  troubledSince(time: number): boolean {
    return this.#faults > 0 || this.#trouble >= time;
  }

  /** What it is now. */
  last(objectID: string): Omit<Stretch, 'from' | 'until'> {
    return this.#stretches.get(objectID)?.at(-1) ?? nothing;
  }

  /** What it was from a time on until now. */
  since(objectID: string, time: number): Stretch[] {
    const all = this.#stretches.get(objectID) ?? [];
    const first = all[0]?.from ?? Number.POSITIVE_INFINITY;
    const before = { ...nothing, from: Number.NEGATIVE_INFINITY, until: first };
    return [before, ...all].filter(({ from, until }) => until >= time && from <= this.findings.now);
  }

  #add(objectID: string, what: Omit<Stretch, 'from' | 'until'>): void {
    const all = this.#stretches.get(objectID) ?? [];
    const before = all.at(-1);
    if (before) before.until = this.findings.now;
    all.push({ ...what, from: this.findings.now, until: Number.POSITIVE_INFINITY });
    this.#stretches.set(objectID, all);
  }
}

const nothing: Omit<Stretch, 'from' | 'until'> = {
  instanceID: undefined,
  dataID: '0',
  isDeleted: false,
  description: '',
  isActive: false,
  edges: undefined,
};
