import type { ObjectMetadata } from '../protocol/metadata';
import { type Answer, badRequest, nothing } from './answer';
import type { Update } from './metadata';
import { nextVersion, Store, type StoredObject } from './store';

/** Listed to applications: what came from the other side and waits for them. */
const unread = new Set(['completelyReceived', 'objdeleted']);

/** What a CSS and an ESS have in common: they keep objects, and applications read and write them. */
export abstract class Side {
  readonly store = new Store();

  abstract readonly nodeType: 'CSS' | 'ESS';

  /** An application has written, deleted or activated an object here. */
  protected abstract published(organization: string, object: StoredObject): void;
  protected abstract deletedHere(organization: string, object: StoredObject): void;
  /** An application has acknowledged an object that came from the other side; resolves once that side knows. */
  protected abstract acknowledged(
    organization: string,
    object: StoredObject,
    how: 'consumed' | 'deleted',
  ): Promise<void>;
  protected abstract origin(
    organization: string,
  ): Pick<ObjectMetadata, 'originID' | 'originType' | 'ownerID'>;

  /** Takes metadata, and its data if it came along; without data the old data is dropped, unless `metaOnly`. */
  update(organization: string, { metadata, data }: Update): void {
    const { objectType, objectID } = metadata;
    const old = this.store.get(organization, objectType, objectID);
    this.#refuseReceived(old, "Can't update object of the receiving side");
    if (metadata.metaOnly && !old) throw nothing;
    const kept = metadata.metaOnly ? old?.data : data;
    const hasData = metadata.metaOnly
      ? old?.status === 'ready'
      : data !== undefined || metadata.noData || metadata.link !== '';
    const instanceID = nextVersion();
    const object: StoredObject = {
      metadata: {
        ...metadata,
        ...this.origin(organization),
        destinationOrgID: organization,
        instanceID,
        dataID: metadata.metaOnly && old ? old.metadata.dataID : data ? instanceID : '0',
        objectSize: kept?.length ?? 0,
        chunkSize: 5_242_880,
      },
      status: hasData ? 'ready' : 'notReady',
      data: kept,
      consumersLeft: metadata.consumers,
    };
    this.store.set(organization, object);
    if (hasData) this.published(organization, object);
  }

  updateData(organization: string, objectType: string, objectID: string, data: Buffer): void {
    const object = this.#require(organization, objectType, objectID);
    this.#refuseReceived(object, "Can't update data of the receiving side");
    if (object.metadata.noData) throw badRequest("Can't update data, the NoData flag is set to true");
    const version = nextVersion();
    object.data = data;
    object.status = 'ready';
    object.metadata = { ...object.metadata, instanceID: version, dataID: version, objectSize: data.length };
    this.published(organization, object);
  }

  metadata(organization: string, objectType: string, objectID: string): ObjectMetadata {
    return this.#require(organization, objectType, objectID).metadata;
  }

  status(organization: string, objectType: string, objectID: string): string {
    return this.#require(organization, objectType, objectID).status;
  }

  /** 404 for all of: unknown, not ready, no data, deleted. */
  data(organization: string, objectType: string, objectID: string): Buffer {
    const { data, status } = this.#require(organization, objectType, objectID);
    if (data === undefined || status === 'notReady' || status === 'objdeleted') throw nothing;
    return data;
  }

  updates(organization: string, objectType: string, withReceived: boolean): ObjectMetadata[] {
    return this.store
      .ofType(organization, objectType)
      .filter(({ status }) => unread.has(status) || (withReceived && status === 'objreceived'))
      .map(({ metadata }) => metadata);
  }

  async consumed(organization: string, objectType: string, objectID: string): Promise<void> {
    const object = this.#received(organization, objectType, objectID, 'consumed');
    object.consumersLeft -= 1;
    if (object.consumersLeft > 0) return;
    object.status = 'objconsumed';
    await this.acknowledged(organization, object, 'consumed');
  }

  received(organization: string, objectType: string, objectID: string): void {
    this.#received(organization, objectType, objectID, 'received').status = 'objreceived';
  }

  async deletionAcknowledged(organization: string, objectType: string, objectID: string): Promise<void> {
    const object = this.store.get(organization, objectType, objectID);
    if (!object) throw unmarkable('deleted');
    if (object.status !== 'objdeleted' || this.nodeType === 'CSS') throw wrongState(object, 'deleted');
    this.store.delete(organization, objectType, objectID);
    await this.acknowledged(organization, object, 'deleted');
  }

  activate(organization: string, objectType: string, objectID: string): void {
    const object = this.store.get(organization, objectType, objectID);
    if (!object) throw badRequest('Failed to mark the object as active. Error: Object not found');
    this.#refuseReceived(object, "Can't activate object of the receiving side");
    if (!object.metadata.inactive) return;
    object.metadata = { ...object.metadata, inactive: false };
    this.published(organization, object);
  }

  delete(organization: string, objectType: string, objectID: string): void {
    const object = this.#require(organization, objectType, objectID);
    if (this.nodeType === 'ESS') this.#refuseReceived(object, "Can't delete object on the receiving side");
    this.deletedHere(organization, object);
  }

  #require(organization: string, objectType: string, objectID: string): StoredObject {
    const object = this.store.get(organization, objectType, objectID);
    if (!object) throw nothing;
    return object;
  }

  #refuseReceived(object: StoredObject | undefined, text: string): void {
    const own = new Set(['ready', 'notReady']);
    if (object && !own.has(object.status)) throw badRequest(text);
  }

  #received(organization: string, objectType: string, objectID: string, mark: string): StoredObject {
    const object = this.store.get(organization, objectType, objectID);
    if (!object) throw unmarkable(mark);
    if (object.status !== 'completelyReceived' && object.status !== 'objreceived')
      throw wrongState(object, mark);
    return object;
  }
}

/** Marks are refused with 400, not 404. */
function unmarkable(mark: string): Answer {
  return badRequest(
    mark === 'deleted'
      ? "Failed to confirm object's deletion. Error: Failed to find object to confirm deletion"
      : `Failed to mark the object as ${mark}. Error: Failed to find object to mark as ${mark}`,
  );
}

/** With two newlines, as the real service. */
function wrongState({ status }: StoredObject, mark: string): Answer {
  return badRequest(
    mark === 'deleted'
      ? "Failed to confirm object's deletion. Error: Invalid attempt to confirm deletion of object with empty lastRemovedPolicyServices list\n"
      : `Failed to mark the object as ${mark}. Error: Invalid attempt to mark object in status ${status} as ${mark}\n`,
  );
}
