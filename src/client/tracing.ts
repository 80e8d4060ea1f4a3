import { tracingChannel } from 'node:diagnostics_channel';
import type { Progress } from './data/source';
import type { ObjectReference } from './objects/names';

/**
 * What subscribers of the tracing channels `edge-sync:publish`, `edge-sync:fetch` and `edge-sync:acknowledge` of
 * `node:diagnostics_channel` are given; at the end with `result` or `error`.
 */
export interface Traced {
  /** As the caller gave it. */
  readonly object: ObjectReference;
  /** Transferred so far. */
  bytes?: number;
}

const channels = {
  publish: tracingChannel<Traced, Traced>('edge-sync:publish'),
  fetch: tracingChannel<Traced, Traced>('edge-sync:fetch'),
  acknowledge: tracingChannel<Traced, Traced>('edge-sync:acknowledge'),
};

/** Does `work`, and tells those who listen to its channel. */
export function traced<T>(
  name: keyof typeof channels,
  object: ObjectReference,
  work: (context: Traced) => Promise<T>,
): Promise<T> {
  const channel = channels[name];
  const context: Traced = { object };
  return channel.hasSubscribers ? channel.tracePromise(() => work(context), context) : work(context);
}

/** The options of a transfer whose bytes are counted. */
export function counted<T extends { onProgress?: Progress | undefined }>(options: T, context: Traced): T {
  const onProgress: Progress = (bytes, total) => {
    context.bytes = bytes;
    options.onProgress?.(bytes, total);
  };
  return { ...options, onProgress };
}
