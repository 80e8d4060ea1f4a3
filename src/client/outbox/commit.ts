import { storageError } from '../../storage/errors';
import type { Extent } from '../../storage/frame-file';
import type { Segment } from './segment';

/** A record that waits to be written. */
export interface Job {
  /** The object of the entry that a mark is about; undefined for the record of an entry itself. */
  readonly tellsOf: string | undefined;
  /** Where it is written; undefined if that segment is gone: then no record of its entry is left. */
  readonly target: () => Segment | undefined;
  readonly parts: readonly Uint8Array[];
  written(extent: Extent | undefined, segment: Segment | undefined): void;
  failed(error: unknown): void;
}

type Groups = Map<Segment | undefined, Job[]>;

/**
 * Jobs that are written together, the files in parallel. But the marks of one object reach the disk in order: if the disk
 * said that a deletion was sent, but not that the publish before it was, this would be sent again, and the object would
 * be back.
 */
export class Commit {
  readonly #told = new Map<Job, () => void>();
  /** Objects of which a mark could not be written, and why. */
  readonly #failures = new Map<string, unknown>();

  constructor(
    private readonly jobs: readonly Job[],
    private readonly folder: string,
  ) {}

  /** Writes each job where it belongs. @returns functions that report their outcomes, in order. */
  async write(): Promise<(() => void)[]> {
    for (let left = this.jobs; left.length > 0; ) {
      const [groups, others] = this.#apart(left);
      await Promise.all(Array.from(groups, ([segment, group]) => this.#append(segment, group)));
      left = others;
    }
    return this.jobs.flatMap((job) => this.#told.get(job) ?? []);
  }

  /** The jobs that can be written now, and those that must follow some of these. */
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

/** Which of the files that are written in parallel takes the marks of an object: only one does. */
class FilePlaces {
  readonly #places = new Map<string, Segment | undefined | typeof none>();

  takes(key: string, segment: Segment | undefined): boolean {
    if (!this.#places.has(key)) this.#places.set(key, segment);
    // Later marks for the first file would overtake the one that waits for another file.
    else if (this.#places.get(key) !== segment) this.#places.set(key, none);
    return this.#places.get(key) === segment;
  }
}

const none = Symbol('no file any more');
