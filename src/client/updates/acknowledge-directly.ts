import type { ObjectMetadata } from '../../protocol/metadata';
import type { Clock } from '../../system/clock';
import type { EndSignal } from '../../system/ending';
import type { ObjectReference } from '../objects/names';
import { tryToAcknowledge } from './acknowledge';
import type { Acknowledgement, AcknowledgeOutcome } from './acknowledgement';
import type { UpdateSource } from './source';
import { type ObjectInFlow, versionOf } from './version';

/**
 * Acknowledges an object that no receiver here has handed out. If the outcome of the one try is unknown, the list
 * decides, and what may have been sent is not repeated.
 *
 * @param object with its instanceID, as it was received; without one the current version is acknowledged.
 * @throws SyncServiceError when the service refuses, or when it cannot be known whether it took the acknowledgement.
 */
export async function acknowledgeDirectly(
  source: UpdateSource,
  clock: Clock,
  object: ObjectInFlow,
  how: Acknowledgement,
  options: { checkVersion: boolean; signal: EndSignal },
): Promise<AcknowledgeOutcome> {
  const { instanceID, deleted } = object;
  const version =
    instanceID === undefined || !options.checkVersion
      ? undefined
      : versionOf({ instanceID, deleted: deleted ?? false });
  const { signal } = options;
  const check = options.checkVersion || deleted === undefined;
  const tried = await tryToAcknowledge(source, clock, object, { version, how, deleted, check, signal });
  if (!('error' in tried)) return tried.result;
  const sent = tried.result === 'unanswered' && tried.sent;
  // Plain lists leave out what is marked received, so they show whether that mark arrived; the other marks need the
  // list that shows everything.
  const { isWhole, listed } = await listedVersion(source, object, !(sent && how === 'received'), signal);
  if (!listed && !isWhole) throw tried.error;
  const isThere = listed !== undefined && (version === undefined || versionOf(listed) === version);
  if (sent && !isThere) return deleted ? 'deleted' : how;
  if (!listed) return 'gone';
  if (!isThere) return 'superseded';
  if (tried.result === 'absent') return 'gone';
  // A request for any version may meet a deletion, which is acknowledged by a request of its own.
  const isOtherWord = version === undefined && listed.deleted !== (deleted ?? false);
  if (sent || (tried.result === 'refused' && !isOtherWord)) throw tried.error;
  // Queries about the object hang, but the list has told its version, so no check is needed.
  const again = { version: undefined, how, deleted: listed.deleted, check: false, signal };
  const last = await tryToAcknowledge(source, clock, object, again);
  if (!('error' in last)) return last.result;
  throw last.error;
}

async function listedVersion(
  source: UpdateSource,
  { objectID, objectType }: ObjectReference,
  received: boolean,
  signal: EndSignal,
): Promise<{ listed: ObjectMetadata | undefined; isWhole: boolean }> {
  let listed: ObjectMetadata | undefined;
  let isWhole = true;
  let isOfNothing = true;
  const onLeftOut = (): void => {
    isWhole = false;
  };
  const options = { received, signal, lane: 'acknowledgement', onLeftOut } as const;
  await source.readUpdates(objectType, options, (each) => {
    isOfNothing = false;
    if (each.objectID === objectID) listed = each.metadata() ?? listed;
  });
  if (isOfNothing) await source.checkKind();
  return { listed, isWhole };
}
