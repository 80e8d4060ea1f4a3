import type { ReceiverState } from '../../src/client';
import { faultText } from '../common/fault';
import type { Shown } from '../common/status';
import type { Text } from '../common/text';

/**
 * The worst of the states, since each object type has its own poll.
 *
 * @param of whether the webhook does not work, and how many object types are subscribed to.
 */
export function statusOf(
  states: readonly ReceiverState[],
  { refused, subscribed }: { refused: boolean; subscribed: number },
  now: number,
): Shown {
  const failing = states.find(({ phase }) => phase === 'backing-off');
  if (failing) {
    const text = faultText(failing.error ?? { code: 'SYNC_NODE_ERROR' });
    return { fill: 'red', shape: 'ring', text };
  }
  const full = states.find(({ phase }) => phase === 'full');
  if (full) {
    const count = full.inFlight + full.acknowledging;
    return { fill: 'yellow', shape: 'dot', text: text('full', { count }) };
  }
  if (subscribed === 0) return { fill: 'grey', shape: 'ring', text: text('idle') };
  if (states.length === 0 || states.some(({ phase }) => phase === 'connecting')) {
    return { fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' };
  }
  if (refused) return { fill: 'yellow', shape: 'dot', text: text('noWebhook') };
  const count = states.reduce((sum, { exhausted }) => sum + exhausted, 0);
  if (count > 0) return { fill: 'yellow', shape: 'ring', text: text('givenUp', { count }) };
  const oldest = states.reduce((least, { lastSuccess = 0 }) => Math.min(least, lastSuccess), now);
  const seconds = Math.floor((now - oldest) / 10_000) * 10;
  const connected = seconds >= 10 ? text('polled', { seconds }) : 'node-red:common.status.connected';
  return { fill: 'green', shape: 'dot', text: connected };
}

function text(key: string, values?: Text['values']): Text {
  return { key: `sync-in.status.${key}`, ...(values && { values }) };
}
