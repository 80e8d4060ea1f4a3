import type { SyncServiceClient } from '../client';
import { exit, UsageError } from './exit';
import { nothing } from './nothing';
import type { Output } from './output';

/** Lists the object types of a cloud, or the objects of a type. */
export async function ls(
  client: SyncServiceClient,
  objectType: string | undefined,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  if (objectType === undefined) {
    if (client.kind === 'ESS') throw await needed(client, signal);
    const types = await client.listObjectTypes({ signal });
    for (const type of types) output.result({ objectType: type }, type);
    return types.length === 0 ? nothing(client, 'No objects', output, signal) : exit.done;
  }
  const objects =
    client.kind === 'CSS'
      ? await client.listObjects({ objectType }, { signal })
      : await client.listUpdates(objectType, { received: true, signal });
  for (const { objectID, version, objectSize, instanceID, deleted } of objects) {
    const what = [version, deleted ? 'deleted' : `${objectSize} bytes`].filter(Boolean).join(', ');
    output.result(
      { objectType, objectID, version, objectSize, instanceID, deleted },
      `${objectType}/${objectID}  ${what}`,
    );
  }
  if (objects.length > 0) return exit.done;
  return nothing(client, `No objects of the type ${objectType}`, output, signal);
}

/** What to ask for if neither a type nor an organization was given: without an organization it should be an edge. */
async function needed(client: SyncServiceClient, signal: AbortSignal): Promise<UsageError> {
  const { general } = await client.getHealth({ signal });
  return new UsageError(
    general.nodeType === 'CSS'
      ? 'The service is a cloud (CSS): name its organization in EDGE_SYNC_ORG'
      : 'An edge lists the objects of a type: edge-sync ls TYPE',
  );
}
