import type { NodeStatus } from 'node-red';
import type { OutboxState } from '../../src/client';
import { shortText } from '../common/short-text';
import { timeBefore } from '../common/time-of-day';

/** How many wait in an outbox, since when, and why; undefined where there is nothing to say. */
export function outboxStatus(state: OutboxState, now: number): NodeStatus | undefined {
  const { deadLetters, phase, reason, since, waiting } = state;
  const refused = deadLetters > 0 ? `${deadLetters} refused` : '';
  if (waiting === 0 || since === undefined) {
    return refused ? { fill: 'yellow', shape: 'dot', text: refused } : undefined;
  }
  const wait = `${waiting} ${waiting === 1 ? 'waits' : 'wait'} since ${timeBefore(since, now)}`;
  const text = [...(reason ? [shortText(reason)] : []), wait, ...(refused ? [refused] : [])].join(', ');
  const fill = phase === 'sending' ? 'blue' : phase === 'unauthorized' ? 'red' : 'yellow';
  return { fill, shape: 'ring', text };
}
