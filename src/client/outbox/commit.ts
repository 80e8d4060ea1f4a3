import { storageError } from '../../storage/errors';
import type { Extent } from '../../storage/frame-file';
import type { Segment } from './segment';

/** A record that waits to be written. */
export interface Job {
  /** The object of whose entry it tells what has become; undefined for the record of an entry itself. */
  readonly tellsOf: string | undefined;
  /** Undefined for one that is already on its way out: nothing tells of its entry any more. */
  readonly target: () => Segment | undefined;
  readonly parts: readonly Uint8Array[];
  written(extent: Extent | undefined, segment: Segment | undefined): void;
  failed(error: unknown): void;
}

type Groups = Map<Segment | undefined, Job[]>;

/**
 * Jobs that are written together, the files beside each other. But what is told of one object comes to the disk in its order: if that
 * told of a deletion that it was sent, and not so of the publish before it, this would be sent again, and the object be back.
 */
export class Commit {
  readonly #told = new Map<Job, () => void>();
  /** Of which objects something could not be written, and why. */
  readonly #failures = new Map<string, unknown>();

  constructor(
    private readonly jobs: readonly Job[],
    private readonly folder: string,
  ) {}

  /** Writes each job where it belongs. @returns what is to be told of them, in their order. */
  async write(): Promise<(() => void)[]> {
    for (let left = this.jobs; left.length > 0; ) {
      const [groups, others] = this.#apart(left);
      await Promise.all(Array.from(groups, ([segment, group]) => this.#append(segment, group)));
      left = others;
    }
    return this.jobs.flatMap((job) => this.#told.get(job) ?? []);
  }

  /** Those that can be written now, and those that come after some of these. */
  #apart(jobs: readonly Job[]): [Groups, Job[]] {
    const groups: Groups = new Map();
    const others: Job[] = [];
    const places = new FilePlaces();
    for (const job of jobs) {
      const { tellsOf } = job;
      const target = job.target();
      const failure = tellsOf === undefined ? undefined : this.#failures.get(tellsOf);
      if (failure !== undefined) this.#fail(job, failure);
      else if (tellsOf !== undefined && !places.takes(tellsOf, target)) others.push(job);
      else if (groups.has(target)) groups.get(target)?.push(job);
      else groups.set(target, [job]);
    }
    return [groups, others];
  }

  async #append(segment: Segment | undefined, group: readonly Job[]): Promise<void> {
    try {
      const extents = await segment?.commit(group.map(({ parts }) => parts));
      for (const [index, job] of group.entries())
        this.#told.set(job, () => job.written(extents?.[index], segment));
    } catch (error) {
      const failure = storageError(error, segment?.path ?? this.folder);
      for (const job of group) this.#fail(job, failure);
    }
  }

  #fail(job: Job, failure: unknown): void {
    if (job.tellsOf !== undefined) this.#failures.set(job.tellsOf, failure);
    this.#told.set(job, () => job.failed(failure));
  }
}

/** In which file of those that are written beside each other something is told of an object: in one of them alone. */
class FilePlaces {
  readonly #places = new Map<string, Segment | undefined | typeof none>();

  takes(key: string, segment: Segment | undefined): boolean {
    if (!this.#places.has(key)) this.#places.set(key, segment);
    // What follows in the first file would come before what waits for another.
    else if (this.#places.get(key) !== segment) this.#places.set(key, none);
    return this.#places.get(key) === segment;
  }
}

const none = Symbol('no file any more');
