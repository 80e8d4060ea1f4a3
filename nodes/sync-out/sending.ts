import type { NodeMessage, NodeMessageInFlow } from 'node-red';
import type { ObjectReference, SyncServiceClient } from '../../src/client';
import type { Handler } from '../common/input';
import { withResult } from '../common/results';
import type { StatusLine } from '../common/status';
import type { Transfers } from '../common/transfers';
import type { Job } from './actions';
import { arrived } from './arrival';
import type { OutSettings } from './fields';
import type { SendQueue } from './queue';
import { type Reach, toNobody } from './reach';

/** A message that was read, and what sends it. */
export interface Read extends Job {
  readonly client: SyncServiceClient;
}

/** What sending messages and keeping them have in common. */
export interface OutParts {
  readonly queue: SendQueue;
  readonly settings: OutSettings;
  readonly status: StatusLine;
  readonly reach: Reach;
  /** Whether the message that goes on reaches anybody. */
  isHeard(): boolean;
  read(message: NodeMessageInFlow): Promise<Read>;
}

/** What has become of an object. */
interface Sent {
  readonly client: SyncServiceClient;
  readonly object: ObjectReference;
  readonly outcome: Job['outcome'];
}

/** Sends what messages ask for; where the service is away they fail. */
export function sending(parts: OutParts, transfers: Transfers): Handler {
  const { queue, read, status } = parts;
  return async (message, closing) => {
    const sent = await queue.run(
      `message ${message._msgid}`,
      () => read(message),
      async ({ client, object, outcome, send }) => {
        status.show({ fill: 'blue', shape: 'dot', text: object.objectID });
        const became = await transfers.run((listeners) => send(client, listeners));
        const sent = { client, object, outcome: became === 'unchanged' ? became : outcome } as const;
        return { ...sent, object: await taken(sent, parts) };
      },
    );
    return goOn(message, { ...sent, patience: parts.settings.timeout }, parts, closing);
  };
}

/**
 * What the service has of an object now; its name where it was deleted, the service does not say, or nobody wants to know.
 * It has taken the object all the same: whoever was told a failure would send it again.
 */
export async function taken(
  { client, object, outcome }: Sent,
  { isHeard, settings }: OutParts,
): Promise<ObjectReference> {
  if (outcome === 'deleted' || !(waitsForEdges(settings) || isHeard())) return object;
  return client.getObjectMetadata(object).catch(() => object);
}

function waitsForEdges({ waitFor }: OutSettings): boolean {
  return waitFor === 'delivered' || waitFor === 'consumed';
}

/** The message, with what came of it: at once, or when the object has arrived. */
export async function goOn(
  message: NodeMessageInFlow,
  sent: Sent & { patience: number },
  { reach, settings, status }: OutParts,
  signal: AbortSignal,
): Promise<NodeMessage> {
  const { client, object, outcome, patience } = sent;
  const { waitFor: goal } = settings;
  if (outcome !== 'deleted' && (goal === 'delivered' || goal === 'consumed')) {
    return arrived(message, { client, object, goal, patience, signal }, status);
  }
  status.show({ fill: 'green', shape: 'dot', text: `sync-out.outcome.${outcome}` });
  void reach.look(client, object, () => status.show(toNobody));
  return withResult(message, { object, outcome });
}
