import type { NodeStatus } from 'node-red';
import type { ReceiverState } from '../../src/client';
import { shortText } from '../common/short-text';
import { timeOfDay } from '../common/time-of-day';

/** The worst of the states, since each object type has its own poll. */
export function statusOf(states: readonly ReceiverState[], webhookRefused: boolean, now: number): NodeStatus {
  const failing = states.find(({ phase }) => phase === 'backing-off');
  if (failing) {
    const cause = failing.error ? shortText(failing.error) : 'failed';
    const { nextPoll } = failing;
    const text = nextPoll === undefined ? cause : `${cause}, again at ${timeOfDay(nextPoll)}`;
    return { fill: 'red', shape: 'ring', text };
  }
  const full = states.find(({ phase }) => phase === 'full');
  if (full) {
    return { fill: 'yellow', shape: 'dot', text: `${full.inFlight + full.acknowledging} not consumed` };
  }
  if (states.length === 0 || states.some(({ phase }) => phase === 'connecting')) {
    return { fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' };
  }
  const oldest = Math.min(...states.map(({ lastSuccess }) => lastSuccess ?? 0));
  const age = Math.floor((now - oldest) / 10_000) * 10;
  if (webhookRefused) {
    return { fill: 'yellow', shape: 'dot', text: `no webhook, polled ${age >= 10 ? `${age} s ago` : 'now'}` };
  }
  const givenUp = states.reduce((count, { exhausted }) => count + exhausted, 0);
  if (givenUp > 0) return { fill: 'yellow', shape: 'ring', text: `${givenUp} given up` };
  const text = age >= 10 ? `polled ${age} s ago` : 'node-red:common.status.connected';
  return { fill: 'green', shape: 'dot', text };
}
