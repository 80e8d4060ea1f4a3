import { type ObjectMetadata, type ObjectUpdate, SyncServiceError } from '../../src/client';
import { NotSentError } from '../../src/client/connection/http';
import { Feeds } from '../../src/client/updates/feeds';
import type { UpdateReceiver } from '../../src/client/updates/receiver';
import { inMemory, type Journal } from '../../src/storage/journal';
import { FakeUpdates } from './fake-updates';
import { ManualClock } from './manual-clock';
import { metadataOf } from './metadata';
import { SeededRandom } from './random';

/** Two versions of an object, the second the newer. */
export const v1 = '1795470914231361270';
export const v2 = '1795470914231361271';
export const minute = 60_000;
export const hour = 60 * minute;

/** The line breaks behind a request, so that nobody knows whether it has arrived. */
export const unreachable = new SyncServiceError('SYNC_UNREACHABLE', 'reset', {
  cause: { code: 'ECONNRESET' },
});

/** Nobody is there to send a request to. */
export const refused = new SyncServiceError('SYNC_UNREACHABLE', 'refused', {
  cause: new NotSentError('ECONNREFUSED', 'refused', undefined),
});

/** An object of the first version. */
export function object(objectID: string, fields: Partial<ObjectMetadata> = {}): ObjectMetadata {
  return metadataOf({ objectID, instanceID: v1, ...fields });
}

/** The feeds of a client, as it opens them: again with the same journal, after a restart. */
export function openFeeds(service: FakeUpdates, clock: ManualClock, journal: Journal): Feeds {
  return new Feeds(service, { clock, random: new SeededRandom(1), journal, onForgetful: () => undefined });
}

/** Feeds that were just opened, of a service that has nothing yet, with the journal that they would be opened with again. */
export function newFeeds(): { clock: ManualClock; service: FakeUpdates; journal: Journal; feeds: Feeds } {
  const [clock, service, journal] = [new ManualClock(), new FakeUpdates(), inMemory()];
  return { clock, service, journal, feeds: openFeeds(service, clock, journal) };
}

/** Reads a receiver as long as it goes, into a list. */
export function read(receiver: UpdateReceiver): ObjectUpdate[] {
  const updates: ObjectUpdate[] = [];
  void (async () => {
    for await (const update of receiver) updates.push(update);
  })();
  return updates;
}

/** Updates in short: `a v2 1` is the first attempt at the second version of `a`. */
export function said(updates: readonly ObjectUpdate[]): string[] {
  return updates.map(
    ({ attempt, object: { instanceID, objectID } }) =>
      `${objectID} v${Number(instanceID.slice(-1)) + 1} ${attempt}`,
  );
}
