import type { Stage } from './stage';

/** What a contender is told of its work, as JSON; contenders that are given as commands rely on these names. */
export interface Task {
  [name: string]: unknown;
}

/** A figure that a contender reports itself, such as the bytes that a request leaves. */
export type Figures = Record<string, number>;

/** One program of a contest. */
export interface Contender {
  name: string;
  /** A file of `contenders/`, or a command in the protocol of contender.ts. */
  program: string | readonly string[];
  /** Options of Node.js. */
  options?: readonly string[];
  /** What it is told beside the task of the case. */
  task?: Task;
}

/**
 * What is measured of ours: time and CPU as a multiple of the peer's; `added`, ms of CPU a second above the peer; memory
 * in MiB above that when it was ready; or a figure that it reports itself.
 */
export type Measure = 'time' | 'cpu' | 'added' | 'memory' | `figure ${string}`;

/** One row of the table: programs that do the same work, and how much more ours may take. */
export interface Case {
  name: string;
  about: string;
  /** The first is the peer that the others are compared with; where there is but one, it is measured alone. */
  contenders: readonly Contender[];
  /** What ours may take at most. */
  limits: Partial<Record<Measure, number>>;
  /** Where it belongs to the short form: how much less work it is then, and what that makes of the limits. */
  quick?: { share: number; limits?: Case['limits'] };
  /** How often each contender runs; 5 times, or 3 in the short form, unless given. */
  rounds?: number;
  /** Not run unless it is named: it takes long. */
  long?: boolean;
  /**
   * Brings about what one run needs.
   *
   * @param share of the whole work.
   */
  prepare(stage: Stage, share: number): Promise<Task>;
}
