import type { SyncServiceClient } from '../client';
import { exit } from './exit';
import type { Output } from './output';

/**
 * Says that a list was empty. A cloud also shows empty lists to a key of another organization, but refuses to list
 * destinations to it: that failure is then thrown.
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
