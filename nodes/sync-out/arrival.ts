import type { NodeMessage } from 'node-red';
import {
  DeliveryFailure,
  type DeliveryGoal,
  type DestinationStatus,
  isSyncServiceError,
  type ObjectReference,
  type SyncServiceClient,
} from '../../src/client';
import { NodeFailure, toNodeFailure } from '../common/failure';
import { faultText } from '../common/fault';
import { withResult } from '../common/results';
import type { StatusLine } from '../common/status';
import { toNobody } from './reach';

/** What an object has arrived for. */
interface Arrival {
  client: SyncServiceClient;
  /** Its metadata, or its name. */
  object: ObjectReference;
  goal: DeliveryGoal;
  /** How long it may take, in ms. */
  patience: number;
  signal: AbortSignal;
}

/**
 * Waits for an object to arrive, and tells how far it is.
 *
 * @returns the message, with what came of it. Catch nodes get `msg.destinations` of a destination that fails, too.
 */
export async function arrived<M extends NodeMessage>(
  message: M,
  { client, object, goal, patience, signal }: Arrival,
  status: StatusLine,
): Promise<M> {
  const onProgress = (destinations: DestinationStatus[]): void => {
    const far = destinations.filter((each) => each.status === goal || each.status === 'consumed').length;
    if (destinations.length === 0) {
      status.show(toNobody);
      return;
    }
    const outcome = { key: `sync-out.outcome.${goal}` };
    const values = { outcome, far, count: destinations.length };
    status.show({ fill: 'blue', shape: 'ring', text: { key: 'sync-out.status.far', values } });
  };
  const onFailure = (error: unknown): void =>
    status.show({ fill: 'yellow', shape: 'ring', text: faultText(toNodeFailure(error)) });
  try {
    const options = { patience, onProgress, onFailure, signal };
    const delivery = await client.waitForDelivery(object, goal, options);
    const fill = delivery.outcome === goal ? 'green' : 'yellow';
    status.show({ fill, shape: 'dot', text: `sync-out.outcome.${delivery.outcome}` });
    return withResult(message, { object, ...delivery });
  } catch (error) {
    if (error instanceof DeliveryFailure) {
      withResult(message, { object, destinations: error.destinations });
    }
    throw isSyncServiceError(error, 'SYNC_ABORTED', 'SYNC_CLOSED') ? unwatched(object) : error;
  }
}

function unwatched({ objectType, objectID }: ObjectReference): NodeFailure {
  const message = `${objectType}/${objectID} is published, but nobody waits for its delivery any more: the flow was deployed`;
  return new NodeFailure('SYNC_ABORTED', message);
}
