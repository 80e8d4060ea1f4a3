import type { Delivery, DeliveryGoal, ObjectReference, SentObject, SyncServiceClient } from '../client';
import { exit } from './exit';
import type { Remedies } from './findings';
import type { Output } from './output';
import { nameOf } from './reference';

export interface Wait {
  goal: DeliveryGoal;
  /** In ms. */
  patience: number;
  remedies: Remedies;
}

/** Says how far an object has got, and where. */
export async function status(
  client: SyncServiceClient,
  object: ObjectReference,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const state = await client.getObjectStatus(object, { signal });
  const destinations = client.kind === 'CSS' ? await client.getObjectDestinations(object, { signal }) : [];
  const text = [`${nameOf(object)} ${state}`, ...destinations.map(placeOf)].join('\n');
  output.result({ ...object, status: state, destinations }, text);
  return exit.done;
}

/** Waits until the object has got as far as asked for. */
export async function wait(
  client: SyncServiceClient,
  object: SentObject,
  { goal, patience, remedies }: Wait,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  let shown = '';
  const onProgress = (destinations: Delivery['destinations']): void => {
    const now = destinations.map(placeOf).join('\n');
    if (now !== shown) output.note(now);
    shown = now;
  };
  let failing = false;
  const onFailure = (error: unknown): void => {
    if (!failing) output.failure(error, remedies.against(error));
    failing = true;
  };
  const options = { patience, signal, onProgress, onFailure };
  const { outcome, destinations } = await client.waitForDelivery(object, goal, options);
  const { objectType, objectID } = object;
  const why =
    outcome === 'timeout' ? `: ${missing(client.kind, destinations, goal)} after ${patience / 1_000} s` : '';
  output.result({ objectType, objectID, outcome, destinations }, `${nameOf(object)} ${outcome}${why}`);
  if (outcome === 'gone') return exit.nothingThere;
  return outcome === goal ? exit.done : exit.failed;
}

function missing(
  kind: SyncServiceClient['kind'],
  destinations: Delivery['destinations'],
  goal: DeliveryGoal,
): string {
  if (kind === 'ESS') return 'its cloud has not consumed it';
  return destinations.length === 0 ? 'no edge that it is for has registered' : `not ${goal} everywhere`;
}

function placeOf({
  destinationType,
  destinationID,
  status: state,
  message,
}: Delivery['destinations'][number]): string {
  return `  ${destinationType}/${destinationID} ${state}${message ? `: ${message}` : ''}`;
}
