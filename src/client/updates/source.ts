import type { ObjectMetadata } from '../../protocol/metadata';
import type { EndSignal } from '../../system/ending';
import type { ListedObject } from '../objects/listed-object';
import type { ObjectReference } from '../objects/names';

interface Options {
  signal?: EndSignal;
}

/** What distinguishes one version from another; a deletion is a version too. */
export type ObjectVersion = Pick<ObjectMetadata, 'instanceID' | 'deleted'>;

/** What receiving updates needs from a service. */
export interface UpdateSource {
  /**
   * Calls back for each update of a type, including those that were marked received if `received` is set.
   *
   * @param options.lane defaults to that of polls.
   * @param options.onLeftOut called for each update that cannot be used: such a list does not tell what is no longer
   *   listed.
   */
  readUpdates(
    objectType: string,
    options: Options & { received?: boolean; lane?: 'acknowledgement'; onLeftOut?: () => void },
    onUpdate: (object: ListedObject) => void,
  ): Promise<void>;
  /**
   * Asks the service for its kind.
   *
   * @throws SyncServiceError SYNC_WRONG_SERVICE_KIND if a service of another kind answers at the address: its 404 looks
   *   like an empty list.
   */
  checkKind(): Promise<void>;
  getObjectVersion(object: ObjectReference, options?: Options): Promise<ObjectVersion>;
  markObjectConsumed(object: ObjectReference, options?: Options): Promise<void>;
  markObjectReceived(object: ObjectReference, options?: Options): Promise<void>;
  markObjectDeleted(object: ObjectReference, options?: Options): Promise<void>;
}
