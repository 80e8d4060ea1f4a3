import type { NodeMessage } from 'node-red';

/**
 * The message that goes on: the one that came, with what came of it. What was done is done, so it goes on as a copy where a
 * flow has sealed or frozen it.
 *
 * @param without what it has no more.
 */
export function withResult<M extends NodeMessage>(message: M, result: object, without?: 'payload'): M {
  const change = (changed: M): M => {
    if (without) delete changed[without];
    return Object.assign(changed, result);
  };
  try {
    return change(message);
  } catch {
    return change({ ...message });
  }
}
