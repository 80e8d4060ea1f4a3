import type { NodeMessage } from 'node-red';

/**
 * The message that goes on: the one that came, with what came of it. What was done is done, so it goes on as a copy where a
 * flow has sealed or frozen it.
 *
 * @param result of which the message has no more what is undefined: nobody takes what an earlier node has found for it.
 */
export function withResult<M extends NodeMessage>(message: M, result: object): M {
  const gone = Object.entries(result).filter(([, value]) => value === undefined);
  const change = (changed: M): M => {
    Object.assign(changed, result);
    for (const [name] of gone) delete changed[name as keyof M];
    return changed;
  };
  try {
    return change(message);
  } catch {
    return change({ ...message });
  }
}
