import type { SyncServiceClient } from '../client';
import { exit } from './exit';
import type { Output } from './output';

/**
 * Says that a list was empty. A cloud shows a key of another organization such lists, and refuses it its destinations: then
 * that is the failure.
 */
export async function nothing(
  client: SyncServiceClient,
  what: string,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  if (client.kind === 'CSS') await client.getDestinations({ signal });
  output.note(`${what} that this key may see`);
  return exit.nothingThere;
}
