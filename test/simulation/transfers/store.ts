import type { SeededRandom } from '../../support/random';
import type { VirtualClock } from '../clock';
import { Edges } from './edges';

/** An object at the service. */
export interface Stored {
  readonly objectID: string;
  instanceID: string;
  /** '0' while it has no data. */
  dataID: string;
  /** What its publisher wrote beside the data. */
  description: string;
  /** As a GET of it gives it. */
  data: Buffer | undefined;
  /** The process whose cut upload has left what stands behind the data. */
  spoiltBy: string | undefined;
  /** As the service says: of the data that was sent last, whatever stands behind it. */
  objectSize: number;
  metaOnly: boolean;
  isActive: boolean;
  isDeleted: boolean;
  uploadChunkSize: number;
  edges: Edges;
}

/** What an upload in chunks has brought so far. */
interface Chunks {
  readonly parts: Map<number, Buffer>;
  readonly size: number;
  readonly total: number;
  isQueued: boolean;
}

/** Is told what the service does, as it does it. */
export interface StoreWitness {
  /** Another version is there: as it is now. */
  changed(stored: Readonly<Stored>, sent: Buffer | undefined): void;
  /** A deletion is on its way, or has come to its end. */
  deleted(objectID: string): void;
  forgotten(objectID: string): void;
}

/** How long a deletion is on its way to edges, at most. */
const longestDeletion = 20_000;
const longestAssembly = 3_000;
/** Nanoseconds since 1970: more digits than a number of JavaScript holds. */
const firstInstance = 1_795_471_707_473_328_791n;

/** What a CSS has, as `behaviour.md` says the real one does. It shares nothing with the local service. */
export class Store {
  readonly #objects = new Map<string, Stored>();
  readonly #chunks = new Map<string, Chunks>();
  /** What uploads that were cut have left, by object: so many bytes, and whose they were. */
  readonly #left = new Map<string, { part: Buffer; by: string }>();
  #instances = 0n;

  constructor(
    private readonly clock: VirtualClock,
    private readonly random: SeededRandom,
    private readonly options: { store: 'files' | 'mongo'; edges: number },
    private readonly witness: StoreWitness,
  ) {}

  find(objectID: string): Stored | undefined {
    return this.#objects.get(objectID);
  }

  /** @returns false while a deletion is on its way. */
  publish(objectID: string, about: { description: string; inactive: boolean }, data?: Buffer): boolean {
    const before = this.find(objectID);
    if (before?.isDeleted) return false;
    before?.edges.stop();
    const stored: Stored = {
      objectID,
      instanceID: this.#next(),
      dataID: '0',
      description: about.description,
      data: undefined,
      spoiltBy: undefined,
      objectSize: 0,
      metaOnly: false,
      isActive: !about.inactive,
      isDeleted: false,
      uploadChunkSize: 0,
      edges: this.#newEdges(),
    };
    this.#objects.set(objectID, stored);
    if (data) this.#take(stored, data);
    this.#changed(stored, data);
    return true;
  }

  /** New metadata for the data that is there. */
  describe(objectID: string, description: string): boolean {
    const stored = this.find(objectID);
    if (!stored) return this.publish(objectID, { description, inactive: false });
    if (stored.isDeleted) return false;
    // A store on files forgets the size of the data that stays.
    const objectSize = this.options.store === 'files' ? 0 : stored.objectSize;
    Object.assign(stored, { instanceID: this.#next(), description, metaOnly: true, objectSize });
    this.#changed(stored, undefined);
    return true;
  }

  upload(stored: Stored, data: Buffer): void {
    this.#take(stored, data);
    this.#changed(stored, data);
  }

  /** Its connection broke when so much of an upload had come. */
  cutUpload(objectID: string, part: Buffer, by: string): void {
    if (this.options.store === 'mongo' || !this.find(objectID)) return;
    const before = this.#left.get(objectID)?.part.length ?? 0;
    if (before < part.length) this.#left.set(objectID, { part: Buffer.from(part), by });
  }

  /**
   * One after the other, from the first on, which takes the place of an upload before. What becomes of one that comes
   * again after all were put together is not known of the real service; here it changes nothing.
   *
   * @returns false where the store knows no chunks.
   */
  chunk(stored: Stored, start: number, total: number, part: Buffer): boolean {
    if (this.options.store === 'files') return false;
    const { objectID } = stored;
    if (start === 0) {
      this.#chunks.set(objectID, { parts: new Map(), size: part.length, total, isQueued: false });
      Object.assign(stored, { uploadChunkSize: part.length, objectSize: total });
    }
    const chunks = this.#chunks.get(objectID);
    if (!chunks) return true;
    // Numbers are computed from the size of the first; the one that reaches the total ends it, whatever is missing.
    const isLast = start + part.length >= total;
    const number = isLast ? Math.ceil(total / chunks.size) : Math.floor((start + part.length) / part.length);
    chunks.parts.set(number, Buffer.from(part));
    if (!isLast || chunks.isQueued) return true;
    chunks.isQueued = true;
    this.clock.after(this.random.next() * longestAssembly, () => this.#assemble(stored, chunks));
    return true;
  }

  activate(stored: Stored): void {
    stored.isActive = true;
    this.#changed(stored, undefined);
  }

  delete(stored: Stored): void {
    if (stored.isDeleted) {
      // A second one undoes the first: edges never hear of either.
      this.#forget(stored);
      return;
    }
    stored.isDeleted = true;
    stored.edges.stop();
    this.witness.deleted(stored.objectID);
    this.clock.after(this.random.next() * longestDeletion, () => this.#forget(stored));
  }

  #forget(stored: Stored): void {
    if (this.find(stored.objectID) !== stored) return;
    this.#objects.delete(stored.objectID);
    this.witness.forgotten(stored.objectID);
  }

  #assemble(stored: Stored, chunks: Chunks): void {
    if (this.find(stored.objectID) !== stored || stored.isDeleted) return;
    if (this.#chunks.get(stored.objectID) !== chunks) return;
    const count = Math.ceil(chunks.total / chunks.size);
    const parts = Array.from({ length: count }, (_, index) => chunks.parts.get(index + 1) ?? Buffer.alloc(0));
    this.upload(stored, Buffer.concat(parts));
  }

  #take(stored: Stored, data: Buffer): void {
    this.#chunks.delete(stored.objectID);
    const left = this.#left.get(stored.objectID);
    this.#left.delete(stored.objectID);
    const rest = left?.part.subarray(data.length) ?? Buffer.alloc(0);
    const id = this.#next();
    Object.assign(stored, { instanceID: id, dataID: id, metaOnly: false, objectSize: data.length });
    stored.data = rest.length > 0 ? Buffer.concat([data, rest]) : data;
    stored.spoiltBy = rest.length > 0 ? left?.by : undefined;
  }

  #changed(stored: Stored, sent: Buffer | undefined): void {
    stored.edges.stop();
    stored.edges = this.#newEdges();
    if (stored.data && stored.isActive) stored.edges.deliver();
    this.witness.changed(stored, sent);
  }

  #newEdges(): Edges {
    return new Edges(this.options.edges, this.clock, this.random);
  }

  #next(): string {
    this.#instances += 1n;
    return String(firstInstance + this.#instances);
  }
}
