import type { NodeMessage } from 'node-red';
import {
  isSyncServiceError,
  type ObjectReference,
  type Outbox,
  type OutboxEnd,
  type OutboxEntry,
} from '../../src/client';
import type { Clock } from '../../src/system/clock';
import { within } from '../../src/system/deadline';
import { NodeFailure } from '../common/failure';
import type { Handler } from '../common/input';
import { withResult } from '../common/results';
import { goOn, type OutParts, taken } from './sending';
import type { UsedOutbox } from './used-outbox';

/** How many messages wait for their objects to be sent, at most: they are in memory. */
const mostWaiting = 1_000;

interface Wait {
  readonly outbox: Outbox;
  readonly entry: OutboxEntry;
  readonly object: ObjectReference;
  /** In ms; undefined for as long as it takes. */
  readonly patience: number | undefined;
  readonly signal: AbortSignal;
}

/** Leaves what messages ask for to the outbox of their service: they go on at once, or when it was sent. */
export function keeping(parts: OutParts, used: UsedOutbox, clock: Clock): Handler {
  const { queue, reach, read, settings, status } = parts;
  let waiting = 0;
  return async (message, closing) => {
    const { waitFor: goal, timeout } = settings;
    if (goal !== 'queued' && waiting >= mostWaiting) throw full();
    waiting += 1;
    try {
      const kept = await queue.run(
        `message ${message._msgid}`,
        () => read(message),
        async (job) => {
          const outbox = await used.service.outbox();
          return { ...job, outbox, entry: await job.keep(outbox) };
        },
      );
      const { object, outcome } = kept;
      if (goal === 'queued') {
        const sent = async (): Promise<boolean> => {
          const { outbox, entry } = kept;
          return (await outbox.whenEnded(entry, { signal: closing })).outcome === 'sent';
        };
        void reach.lookOnceSent(kept.client, object, sent).then((looked) => {
          if (looked && !closing.aborted) void used.show();
        });
        return withResult(message, { object, outcome: 'queued' });
      }
      const began = clock.elapsed();
      const waitsOn = outcome !== 'deleted' && goal !== 'published';
      const wait = { ...kept, patience: waitsOn ? timeout : undefined, signal: closing };
      const end = await endOf(wait, clock);
      if (end !== 'sent' && end !== 'unchanged') {
        status.show({ fill: 'yellow', shape: 'dot', text: `sync-out.outcome.${end}` });
        return withResult<NodeMessage>(message, { object, outcome: end });
      }
      const patience = Math.max(1, timeout - (clock.elapsed() - began));
      const sent = { ...kept, ...(end === 'unchanged' && { outcome: end }) };
      return await goOn(message, { ...sent, object: await taken(sent, parts), patience }, parts, closing);
    } finally {
      waiting -= 1;
    }
  };
}

/**
 * Waits until an entry has ended.
 *
 * @returns `sent`, `unchanged` where nothing was to be sent, or the outcome of the message.
 * @throws NodeFailure with the reason where it was refused for good.
 */
async function endOf(
  { entry, object, outbox, patience, signal }: Wait,
  clock: Clock,
): Promise<'sent' | 'unchanged' | 'superseded' | 'expired' | 'dropped' | 'timeout'> {
  let end: OutboxEnd;
  try {
    end = await within(clock, patience, [signal], (until) => outbox.whenEnded(entry, { signal: until }));
  } catch (error) {
    if (!isSyncServiceError(error, 'SYNC_ABORTED', 'SYNC_CLOSED')) throw error;
    if (isSyncServiceError(error, 'SYNC_ABORTED') && !signal.aborted) return 'timeout';
    throw unwatched(object);
  }
  if (end.outcome === 'refused') throw refused(end);
  if (end.unchanged) return 'unchanged';
  return end.outcome === 'replaced' ? 'superseded' : end.outcome;
}

function refused({ entry, reason }: OutboxEnd): NodeFailure {
  const name = `${entry.objectType}/${entry.objectID}`;
  const { code = 'SYNC_REJECTED', message = '', statusCode } = reason ?? {};
  const cause = statusCode === undefined ? {} : { statusCode };
  return new NodeFailure(code, `${name} was refused for good: ${message}`, cause);
}

function unwatched({ objectType, objectID }: ObjectReference): NodeFailure {
  const message = `${objectType}/${objectID} is kept and will be sent, but its message does not go on any more: the flow was deployed`;
  return new NodeFailure('SYNC_ABORTED', message);
}

function full(): NodeFailure {
  const message = `${mostWaiting} messages of this node wait until their objects are sent: this one is not kept`;
  return new NodeFailure('SYNC_QUEUE_FULL', message);
}
