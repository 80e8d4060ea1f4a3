import { SignatureCheck } from '../../protocol/signature';
import { badRequest, errorResponse } from '../responses/response';
import type { ObjectName, Store, StoredObject } from '../store/objects';
import type { Faults } from './faults';
import { changesPolicy, nameOf, type Update } from './version';

const longestFileName = 255;

/** @throws RestResponse where a store on files cannot take an object in the place of the old. */
export function refuseOnFiles(
  { store, faults }: { store: Store; faults: Faults },
  { metadata, data }: Update,
  object: StoredObject,
  old: StoredObject | undefined,
): void {
  const written = metadata.noData ? undefined : data;
  if (!metadata.metaOnly || !old) refuseLongName(nameOf(object.metadata), written, faults.tellsPaths);
  if (old) refuseChangedPolicy(store, old, object);
}

/** It keeps data in a file of the object's name. */
function refuseLongName(name: ObjectName, data: Buffer | undefined, tellsPaths: boolean): void {
  const file = name.join('-');
  if (Buffer.byteLength(file) <= longestFileName) return;
  const path = tellsPaths ? ` /var/edge-sync-service/sync/${file}` : '';
  const [failed, action] = data
    ? [`Failed to open file${path} to write data. Error:`, 'open']
    : ['Failed to delete data. Error:', 'remove'];
  throw errorResponse(500, `${failed}${path && ` ${action}${path}:`} file name too long`);
}

/**
 * An object can neither get a policy nor lose it; but by then the new data is in the file of the old, or none yet where
 * it is to be verified.
 */
function refuseChangedPolicy(store: Store, old: StoredObject, { metadata, data }: StoredObject): void {
  if (!changesPolicy(old, metadata)) return;
  const taken = SignatureCheck.of(metadata) ? undefined : data;
  const hasFile = old.metadata.dataID !== '0' && old.status !== 'verificationFailed';
  if (!metadata.metaOnly && hasFile) store.change(metadata.destinationOrgID, old, { data: taken });
  throw badRequest("Can't update the existence of Destination Policy");
}
