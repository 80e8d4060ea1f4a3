/** What a long run has shown. Bytes are those of the heap, after its garbage was collected. */
export interface Figures {
  /** Polls, objects or requests, as the run counts them. */
  units: number;
  /** By so much the heap grew for each unit, from early in the run to its end. */
  bytesPerUnit: number;
  /** What should have been done, and what was. */
  wanted: number;
  done: number;
  /** The most requests in an hour, of those that are judged. */
  mostPerHour: number;
  /** How long it took, in ms of its own time, until nothing was left to do. */
  until: number;
}

/** Of the heap, in bytes. */
export function used(): number {
  for (let collection = 0; collection < 4; collection += 1) global.gc?.();
  return process.memoryUsage().heapUsed;
}
