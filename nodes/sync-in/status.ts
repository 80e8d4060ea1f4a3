import type { NodeStatus } from 'node-red';
import type { ReceiverState } from '../../src/client';

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
  if (full) return { fill: 'yellow', shape: 'dot', text: `${full.inFlight} not consumed` };
  if (states.length === 0 || states.some(({ phase }) => phase === 'connecting')) {
    return { fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' };
  }
  const oldest = Math.min(...states.map(({ lastSuccess }) => lastSuccess ?? 0));
  const age = Math.floor((now - oldest) / 10_000) * 10;
  if (webhookRefused) {
    return { fill: 'yellow', shape: 'dot', text: `no webhook, polled ${age >= 10 ? `${age} s ago` : 'now'}` };
  }
  const text = age >= 10 ? `polled ${age} s ago` : 'node-red:common.status.connected';
  return { fill: 'green', shape: 'dot', text };
}

const shortTexts: Record<string, string> = {
  SYNC_UNREACHABLE: 'not reachable',
  SYNC_UNAUTHORIZED: 'not authorized',
  SYNC_TLS: 'certificate not trusted',
  SYNC_TIMEOUT: 'no answer',
  SYNC_ENVIRONMENT: 'HZN_ESS_* not complete',
};

/** A failure in a few words. The wrong kind of service says itself what to change. */
export function shortText({ code, message }: { code: string; message: string }): string {
  return shortTexts[code] ?? message.slice(0, 60);
}

function timeOfDay(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}
