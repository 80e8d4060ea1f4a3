import type { SyncServiceClient } from '../../src/client';
import { systemClock } from '../../src/system/clock';
import { within } from '../../src/system/deadline';
import type { SuggestionSource } from '../common/table';

/** What a dialog asks suggestions for. */
export interface SuggestionRequest {
  what: SuggestionSource['what'];
  objectType?: string;
  destinationType?: string;
}

/** How many are worth a list in a dialog. */
const most = 500;
const patience = 5_000;

/**
 * What the service has that fits. An ESS lists neither types nor destinations.
 *
 * @throws SyncServiceError when the service does not answer.
 */
export async function suggestions(
  client: SyncServiceClient,
  request: SuggestionRequest,
  clock = systemClock,
): Promise<string[]> {
  const found = await within(clock, patience, [], (signal) => find(client, request, { signal }));
  return Array.from(new Set(found)).sort().slice(0, most);
}

/** How many edges an object for all of them goes to, now. */
export async function edgeCount(client: SyncServiceClient, clock = systemClock): Promise<{ count: number }> {
  const edges = await within(clock, patience, [], (signal) => client.getDestinations({ signal }));
  return { count: edges.length };
}

async function find(
  client: SyncServiceClient,
  { what, objectType, destinationType }: SuggestionRequest,
  options: { signal: AbortSignal },
): Promise<string[]> {
  if (what === 'objectIDs') {
    if (!objectType) return [];
    return (await client.listAllObjects(objectType, options)).map(({ objectID }) => objectID);
  }
  if (client.kind === 'ESS') return [];
  if (what === 'objectTypes') return client.listObjectTypes(options);
  const destinations = await client.getDestinations(options);
  if (what === 'destinationTypes') return destinations.map((each) => each.destinationType);
  if (what === 'destinations') {
    return destinations.map((each) => `${each.destinationType}:${each.destinationID}`);
  }
  return destinations
    .filter((each) => !destinationType || each.destinationType === destinationType)
    .map((each) => each.destinationID);
}
