import type { ObjectMetadata } from '../../protocol/metadata';
import type { EndSignal } from '../../system/ending';
import type { ListedObject } from '../objects/listed-object';
import type { ObjectReference } from '../objects/names';

interface Options {
  signal?: EndSignal;
}

/** What tells one version from another: a deletion is one too. */
export type ObjectVersion = Pick<ObjectMetadata, 'instanceID' | 'deleted'>;

/** What receiving updates asks of a service. */
export interface UpdateSource {
  /**
   * Calls back for each update of a type; also for those that were marked received, where these are asked for.
   *
   * @param options.lane that of polls unless given.
   * @param options.onLeftOut told of each that cannot be used: such a list does not tell what is no longer listed.
   */
  readUpdates(
    objectType: string,
    options: Options & { received?: boolean; lane?: 'acknowledgement'; onLeftOut?: () => void },
    onUpdate: (object: ListedObject) => void,
  ): Promise<void>;
  /**
   * Asks the service for its kind.
   *
   * @throws SyncServiceError SYNC_WRONG_SERVICE_KIND where another one answers at the address: its 404 looks like a list
   *   of nothing.
   */
  checkKind(): Promise<void>;
  getObjectVersion(object: ObjectReference, options?: Options): Promise<ObjectVersion>;
  markObjectConsumed(object: ObjectReference, options?: Options): Promise<void>;
  markObjectReceived(object: ObjectReference, options?: Options): Promise<void>;
  markObjectDeleted(object: ObjectReference, options?: Options): Promise<void>;
}
