import type { SyncServiceClient } from '../client';
import { exit, UsageError } from './exit';
import type { Output } from './output';

/** Lists the edges that have registered with a cloud. */
export async function edges(client: SyncServiceClient, output: Output, signal: AbortSignal): Promise<number> {
  if (client.kind === 'ESS')
    throw new UsageError('A cloud knows its edges: set EDGE_SYNC_URL and EDGE_SYNC_ORG');
  const registered = await client.getDestinations({ signal });
  for (const { destinationType, destinationID } of registered)
    output.result({ destinationType, destinationID }, `${destinationType}/${destinationID}`);
  if (registered.length > 0) return exit.done;
  output.note('No edge has registered: a new one does so some 10 s after its start');
  return exit.nothingThere;
}
