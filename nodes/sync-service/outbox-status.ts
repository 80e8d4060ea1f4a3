import type { OutboxState } from '../../src/client';
import { faultText } from '../common/fault';
import type { Shown } from '../common/status';
import { sharedText, type Text } from '../common/text';
import { timeBefore } from '../common/time-of-day';

/** How many wait in an outbox, since when, and why; undefined where there is nothing to say. */
export function outboxStatus(state: OutboxState, now: number): Shown | undefined {
  const { deadLetters, isFull, phase, reason, since, waiting, waitsFor } = state;
  const refused = deadLetters > 0 ? [sharedText('status.refused', { count: deadLetters })] : [];
  if (waiting === 0 || since === undefined) {
    return refused[0] && { fill: 'yellow', shape: 'dot', text: refused[0] };
  }
  const wait = sharedText('status.waiting', { count: waiting, time: timeBefore(since, now) });
  const full = isFull ? [sharedText('status.full', {})] : [];
  const held = waitsFor ? [sharedText(`status.${waitsFor}`)] : [];
  const text = [...(reason ? [faultText(reason)] : []), ...full, wait, ...held, ...refused].reduce(both);
  const fill = phase === 'sending' ? 'blue' : phase === 'unauthorized' ? 'red' : 'yellow';
  return { fill, shape: 'ring', text };
}

function both(first: Text, second: Text): Text {
  return sharedText('status.both', { first, second });
}
