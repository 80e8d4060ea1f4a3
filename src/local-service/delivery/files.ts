import { SignatureCheck } from '../../protocol/signature';
import { badRequest, errorResponse } from '../responses/response';
import type { ObjectName, Store, StoredObject } from '../store/objects';
import { changesPolicy } from './version';

const longestFileName = 255;

/**
 * A store on files keeps data in a file of the object's name.
 *
 * @param tellsPaths whether the error tells where that would be.
 * @throws RestResponse where the name is too long for a file.
 */
export function refuseLongName(name: ObjectName, data: Buffer | undefined, tellsPaths: boolean): void {
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
 *
 * @throws RestResponse where an update would change that.
 */
export function refuseChangedPolicy(store: Store, old: StoredObject, { metadata, data }: StoredObject): void {
  if (!changesPolicy(old, metadata)) return;
  const taken = SignatureCheck.of(metadata) ? undefined : data;
  const hasFile = old.metadata.dataID !== '0' && old.status !== 'verificationFailed';
  if (!metadata.metaOnly && hasFile) store.change(metadata.destinationOrgID, old, { data: taken });
  throw badRequest("Can't update the existence of Destination Policy");
}
