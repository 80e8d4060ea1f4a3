import type { ObjectMetadata } from '../../protocol/metadata';
import type { Entry } from './entry';

/** What a receiver hands out: one version of an object, or its deletion. */
export interface ObjectUpdate {
  /** The object's metadata, a copy of its own; `deleted` tells that it was deleted. */
  object: ObjectMetadata;
  /** Counted from 1 for each version; failures of the service or the connection do not count. */
  attempt: number;
  /** It was handed out before, perhaps by another process. */
  redelivered: boolean;
}

/** Told that an object rests, with the last failure that a node reported, if any. */
export type GivenUp = (update: ObjectUpdate, error: Error | undefined) => void;

export function updateOf(entry: Entry, object: ObjectMetadata): ObjectUpdate {
  return { object: copyOf(object), attempt: entry.spent + 1, redelivered: entry.handedOut };
}

/** Cheaper than structuredClone, for what metadata is made of. */
function copyOf(object: ObjectMetadata): ObjectMetadata {
  const { destinationsList, destinationPolicy } = object;
  return {
    ...object,
    // Something that is no sync service may answer anything there, and an exception here would end the reader.
    destinationsList: Array.isArray(destinationsList)
      ? [...destinationsList]
      : structuredClone(destinationsList),
    destinationPolicy: destinationPolicy && structuredClone(destinationPolicy),
  };
}
