import type {
  Destination,
  DestinationStatus,
  ObjectMetadata,
  ObjectMetadataInput,
  ObjectStatus,
} from '../protocol/metadata';
import type { AccessListEntry, AccessListUser } from './administration/access-lists';
import type { DestinationObject, DestinationReference } from './administration/destinations';
import type { Organization } from './administration/organizations';
import type { ServiceHealth } from './administration/service';
import type { ClientOptions } from './client-options';
import { readEdgeEnvironment } from './connection/environment';
import type { ServiceKind } from './connection/kind';
import type { LeftOut } from './connection/list-entry';
import { type CallOptions, checkConnection, checked } from './connection/options';
import type { DownloadOptions } from './data/download';
import { checkedPath } from './data/file-downloads';
import type { PublishOptions, PublishOutcome } from './data/publisher';
import type { DataSource } from './data/source';
import type { UploadOptions } from './data/upload-options';
import type { Delivery, DeliveryGoal, DeliveryOptions, SentObject } from './deliveries/delivery';
import type { ObjectFilter, ObjectSummary, PolicyFilter } from './objects/listing';
import { checkNamed, type ObjectReference } from './objects/names';
import { ClientParts } from './parts';
import type { ClientSeams } from './seams';
import { counted, traced } from './tracing';
import {
  type Acknowledgement,
  type AcknowledgeOutcome,
  checkedAcknowledgement,
} from './updates/acknowledgement';
import type { UpdateReceiver } from './updates/receiver';
import { type AcknowledgeOptions, checkPause, type ReceiverOptions } from './updates/receiver-options';
import type { ObjectInFlow } from './updates/version';

/**
 * A client of one sync service: of a CSS when an organization is given, of an ESS otherwise. All methods reject with
 * a SyncServiceError; those that take `signal` can be aborted. Any method may find at the first connect that the
 * service is of the other kind: SYNC_WRONG_SERVICE_KIND.
 */
export class SyncServiceClient {
  readonly kind: ServiceKind;
  readonly address: string;
  readonly organization: string | undefined;
  readonly allowsCloudOnlyNames: boolean;
  readonly #parts: ClientParts;

  /**
   * Connects at the first request.
   *
   * @throws SyncServiceError SYNC_INVALID_ARGUMENT when the address or a file of certificates cannot be used.
   */
  constructor(options: ClientOptions);
  /** @internal With another clock, chance or transport than the system's. */
  constructor(options: ClientOptions, seams: ClientSeams);
  constructor(options: ClientOptions, seams: ClientSeams = {}) {
    checkConnection(options);
    this.#parts = new ClientParts(options, seams);
    this.kind = this.#parts.paths.kind;
    this.address = options.address;
    this.organization = options.organization;
    this.allowsCloudOnlyNames = options.allowCloudOnlyNames ?? false;
  }

  /**
   * A client of the ESS that Open Horizon gave this service, by HZN_ESS_API_PROTOCOL, HZN_ESS_API_ADDRESS,
   * HZN_ESS_API_PORT, HZN_ESS_AUTH and HZN_ESS_CERT. Credentials and certificate are read again when the ESS refuses
   * them, since a new agreement brings new ones.
   *
   * @param options.environment defaults to that of this process.
   * @throws SyncServiceError SYNC_ENVIRONMENT that names what is missing.
   */
  static fromEnvironment(
    options: { environment?: NodeJS.ProcessEnv } & Pick<
      ClientOptions,
      'journal' | 'onForgetful' | 'onLeftOut' | 'transferRate' | 'transferHours' | 'timeZone'
    > = {},
  ): SyncServiceClient {
    const { environment = process.env, ...memory } = options;
    const { options: connection, readIdentity } = readEdgeEnvironment(environment);
    return new SyncServiceClient({ ...connection, ...memory }, { readIdentity });
  }

  // The service.

  /** What the service says of itself: its kind, how long it runs (s), the state of its store. */
  async getHealth(options: CallOptions & { details?: boolean } = {}): Promise<ServiceHealth> {
    return this.#parts.service.health(checked(options));
  }

  /**
   * Compares the kind of the service with what this client was made for: the paths of the one answer 404 on the other,
   * which would look like "nothing new" for ever. Each connect does so by itself.
   *
   * @throws SyncServiceError SYNC_WRONG_SERVICE_KIND.
   */
  async checkServiceKind(): Promise<void> {
    await this.#parts.kindCheck.now();
  }

  /**
   * Calls back at each good answer of the service, whoever has asked: it is there, and takes key and secret.
   *
   * @returns a function that ends it.
   */
  onAnswer(listener: () => void): () => void {
    return this.#parts.sender.goodAnswers.add(listener);
  }

  /**
   * Has the CSS send everything to this ESS again, also objects that were consumed. Only on an ESS.
   *
   * @throws SyncServiceError SYNC_WRONG_SERVICE_KIND on a CSS.
   */
  async resend(options: CallOptions = {}): Promise<void> {
    await this.#parts.service.resend(checked(options));
  }

  /**
   * Stops the service; only its sync administrator may. An ESS loses all its objects by it and leaves the CSS.
   *
   * @param options.restart start it again.
   * @param options.quiesce seconds to finish what is under way; 3 by default.
   */
  async shutDown(options: CallOptions & { restart?: boolean; quiesce?: number } = {}): Promise<void> {
    await this.#parts.service.shutDown(checked(options));
  }

  // Publishing.

  /**
   * Stores metadata. On an existing object this drops its data until new data comes, unless `metaOnly` is set.
   *
   * @throws SyncServiceError SYNC_INVALID_ARGUMENT for what the service would refuse or lose, SYNC_REJECTED with the
   *   service's reason in `response`.
   */
  async updateObject(metadata: ObjectMetadataInput, options: CallOptions = {}): Promise<void> {
    await this.#parts.publisher.metadata(metadata, checked(options));
  }

  /**
   * Uploads the data of an object whose metadata is there. Each attempt sends all of it. After an upload that was cut it is
   * sent twice: where it is shorter, the service would otherwise keep the end of what the cut upload had sent. In chunks
   * (`options.inChunks`) an upload goes on from the chunk that it had reached, with a journal also after a restart.
   *
   * @throws SyncServiceError SYNC_SUPERSEDED where the object was published anew, or deleted, while this waited for its hours or its turn.
   */
  async updateObjectData(
    object: ObjectReference,
    data: DataSource,
    options: UploadOptions = {},
  ): Promise<void> {
    await traced('publish', object, (context) =>
      this.#parts.publisher.data(object, data, counted(checked(options), context)),
    );
  }

  /**
   * Stores metadata and data as one operation: in one request when small, otherwise one after the other.
   *
   * @param options.sign signs the data; the metadata carries signature and public key.
   * @throws SyncServiceError with `half`, where one of two requests failed; SYNC_SUPERSEDED where the object was published anew, got
   *   other data or was deleted while this waited for its hours or its turn: nothing more of it is sent.
   */
  async publish(
    metadata: ObjectMetadataInput,
    data: DataSource,
    options: PublishOptions = {},
  ): Promise<void> {
    await traced('publish', metadata, (context) =>
      this.#parts.publisher.publish(metadata, data, counted(checked(options), context)),
    );
  }

  /**
   * The same, unless the service still has this very metadata and data as the version that this client has published: then
   * nothing is sent, and the outcome is `unchanged`. A journal remembers that version over restarts. What somebody else has
   * changed, replaced or deleted since is published again. The service does not tell which version it makes of what is
   * published, so it is asked afterwards: what somebody else publishes within the time of that request, with the same
   * description, version, size and signature, is mistaken for it.
   *
   * Calls for one object are done one after the other; one that waits for its hours lets others pass.
   *
   * @throws SyncServiceError as `publish`.
   */
  async publishIfChanged(
    metadata: ObjectMetadataInput,
    data: DataSource,
    options: PublishOptions = {},
  ): Promise<PublishOutcome> {
    return traced('publish', metadata, (context) =>
      this.#parts.publisher.publishIfChanged(metadata, data, counted(checked(options), context)),
    );
  }

  /** Makes an inactive object active: it is delivered from now on. */
  async activateObject(object: ObjectReference, options: CallOptions = {}): Promise<void> {
    await this.#parts.objects.activate(object, checked(options));
  }

  /**
   * Deletes an object everywhere it was sent.
   *
   * @throws SyncServiceError SYNC_NOT_FOUND when there is no such object.
   */
  async deleteObject(object: ObjectReference, options: CallOptions = {}): Promise<void> {
    await this.#parts.publisher.delete(object, checked(options));
  }

  // Reading.

  /** @throws SyncServiceError SYNC_NOT_FOUND when there is no such object. */
  async getObjectMetadata(object: ObjectReference, options: CallOptions = {}): Promise<ObjectMetadata> {
    return this.#parts.objects.metadata(object, checked(options));
  }

  /** @throws SyncServiceError SYNC_NOT_FOUND when there is no such object. */
  async getObjectStatus(object: ObjectReference, options: CallOptions = {}): Promise<ObjectStatus> {
    return this.#parts.objects.status(object, checked(options));
  }

  /**
   * Fetches the data of an object, whole and of the version that was asked for, or fails. After a cut it goes on where
   * it stopped. What a receiver of this client has handed out is renewed meanwhile.
   *
   * @param object metadata as it was received; of a mere reference the current version is fetched.
   * @param options.maxBytes 64 MiB unless given.
   * @throws SyncServiceError SYNC_NOT_FOUND (no such object, or no data), SYNC_SUPERSEDED, SYNC_TOO_LARGE,
   *   SYNC_INCOMPLETE_DATA, SYNC_SIGNATURE_INVALID, SYNC_UNTRUSTED_KEY.
   */
  async fetchObjectData(
    object: ObjectReference | ObjectMetadata,
    options: DownloadOptions = {},
  ): Promise<Buffer> {
    return traced('fetch', object, (context) =>
      this.#parts.feeds.during(this.#named(object), () =>
        this.#parts.downloader.toBuffer(object, counted(checked(options), context)),
      ),
    );
  }

  /**
   * Fetches the data into a file, which appears under its name only when it is whole and checked, with the mode of the one
   * that it replaces. Where the connection broke or the process died before, the next call goes on from a hidden folder beside
   * the file (`.NAME.….part`), as long as the data is the same. Such a folder that nobody has used for a week is removed by the
   * next download to a file beside it. Data of 2 MiB and more that the file has already is not fetched again, where it fits the
   * signature, or where that version was fetched there and nobody has changed the file since. Throws as fetchObjectData, and
   * SYNC_STORAGE where the disk refuses it.
   */
  async fetchObjectDataToFile(
    object: ObjectReference | ObjectMetadata,
    path: string,
    options: DownloadOptions = {},
  ): Promise<void> {
    await traced('fetch', object, (context) =>
      this.#parts.feeds.during(this.#named(object), () =>
        this.#parts.downloader.toFile(object, checkedPath(path), counted(checked(options), context)),
      ),
    );
  }

  /**
   * The data as it comes. It is unchecked until the iteration ends without an error: only that says that it was whole, fitted
   * its signature and is of the version that was asked for. Throws as fetchObjectData, while it is read.
   * A receiver that has the object in hand is not handed it out again as long as its reader waits for the next piece.
   */
  async *fetchObjectDataAsStream(
    object: ObjectReference | ObjectMetadata,
    options: DownloadOptions = {},
  ): AsyncGenerator<Buffer> {
    const pieces = this.#parts.downloader.pieces(object, checked(options));
    yield* this.#parts.feeds.duringReads(this.#named(object), pieces);
  }

  /** The metadata of all objects that a filter fits, tombstones included; empty when none does. Only on a CSS. */
  async listObjects(filter: ObjectFilter = {}, options: CallOptions = {}): Promise<ObjectMetadata[]> {
    return this.#parts.listing.filtered(filter, checked(options));
  }

  /** The object types of the organization; empty when there are none. Only on a CSS. */
  async listObjectTypes(options: CallOptions = {}): Promise<string[]> {
    return this.#parts.listing.types(checked(options));
  }

  /** All objects of a type with their destinations, in whatever state, tombstones included. */
  async listAllObjects(objectType: string, options: CallOptions = {}): Promise<ObjectSummary[]> {
    return this.#parts.listing.allOfType(objectType, checked(options));
  }

  /** The objects whose destinations are chosen by a policy. Only on a CSS. */
  async listObjectsWithDestinationPolicy(
    filter: PolicyFilter = {},
    options: CallOptions = {},
  ): Promise<ObjectSummary[]> {
    return this.#parts.listing.withPolicy(filter, checked(options));
  }

  // Receiving.

  /**
   * The updates of a type that were not acknowledged yet, deletions included; empty when there are none.
   *
   * @param options.received also those that were marked received.
   * @param options.onLeftOut told of each entry that is too large (1 MiB), too deep or malformed; the others are listed.
   */
  async listUpdates(
    objectType: string,
    options: CallOptions & { received?: boolean; onLeftOut?: (entry: LeftOut) => void } = {},
  ): Promise<ObjectMetadata[]> {
    const updates: ObjectMetadata[] = [];
    await this.#parts.objects.readUpdates(objectType, checked(options), (update) => {
      const object = update.metadata();
      if (object) updates.push(object);
    });
    return updates;
  }

  /**
   * The updates of a type, one after the other, as the window allows. Receivers of one type on one client share one
   * poll; the service's acknowledgement goes out once all that were handed the object have asked for it.
   */
  pollForUpdates(objectType: string, options: ReceiverOptions = {}): UpdateReceiver {
    this.#parts.paths.type(objectType);
    return this.#parts.feeds.receiver(objectType, checked(options));
  }

  /** Marks an object consumed, whatever its version. Never repeated: each call counts for one consumer. See acknowledge. */
  async markObjectConsumed(object: ObjectReference, options: CallOptions = {}): Promise<void> {
    await this.#parts.objects.mark(object, 'consumed', checked(options));
  }

  /** Marks an object received: later polls leave it out. */
  async markObjectReceived(object: ObjectReference, options: CallOptions = {}): Promise<void> {
    await this.#parts.objects.mark(object, 'received', checked(options));
  }

  /** Acknowledges the deletion of an object. */
  async markObjectDeleted(object: ObjectReference, options: CallOptions = {}): Promise<void> {
    await this.#parts.objects.mark(object, 'deleted', checked(options));
  }

  /** Marks the destination policy of an object received. Only on a CSS. */
  async markDestinationPolicyReceived(object: ObjectReference, options: CallOptions = {}): Promise<void> {
    this.#parts.paths.cloudOrganization('destination policies');
    await this.#parts.objects.mark(object, 'policyreceived', checked(options));
  }

  /**
   * Acknowledges a version of an object, if it is still the current one; a deletion is acknowledged as such. Where a
   * receiver of this client has it in hand, the acknowledgement is sent once all receivers that were given the object have
   * asked for it, and is tried again for as long as the service is away; otherwise it is tried once.
   *
   * The service's acknowledgements carry no version: an update within the milliseconds between the check and the
   * acknowledgement is acknowledged with it.
   *
   * @param options.receiver the name of the receiver that handed it out; without it, any that has not asked yet.
   * @returns what happened: the acknowledgement, `superseded` by a newer version, or `gone`.
   */
  async acknowledge(
    object: ObjectInFlow,
    how: Acknowledgement = 'consumed',
    options: CallOptions & AcknowledgeOptions & { receiver?: string | undefined } = {},
  ): Promise<AcknowledgeOutcome> {
    return traced('acknowledge', object, () => {
      this.#parts.paths.object(object);
      return this.#parts.feeds.acknowledge(object, checkedAcknowledgement(how), checked(options));
    });
  }

  /** See UpdateReceiver.release. @returns false where no receiver has the object in hand. */
  releaseObject(
    object: ObjectInFlow,
    error: Error | undefined,
    options: { receiver?: string | undefined } = {},
  ): boolean {
    const { receiver: name } = checked(options);
    return this.#parts.feeds.say(this.#named(object), name, (receiver) => receiver.release(object, error));
  }

  /** See UpdateReceiver.giveBack. @returns false where no receiver has the object in hand. */
  giveObjectBack(
    object: ObjectInFlow,
    after: number,
    options: { receiver?: string | undefined } = {},
  ): boolean {
    const { receiver: name } = checked(options);
    checkPause(after);
    return this.#parts.feeds.say(this.#named(object), name, (receiver) => receiver.giveBack(object, after));
  }

  /** See UpdateReceiver.reject. @returns false where no receiver has the object in hand. */
  rejectObject(object: ObjectInFlow, options: { receiver?: string | undefined } = {}): boolean {
    const { receiver: name } = checked(options);
    return this.#parts.feeds.say(this.#named(object), name, (receiver) => receiver.reject(object));
  }

  /** See UpdateReceiver.renew: of every receiver that has the object. */
  renewObject(object: ObjectInFlow): void {
    this.#parts.feeds.renew(this.#named(object));
  }

  /** See UpdateReceiver.tryAgain: of one object, of one type, or of all that receivers of this client have in hand. */
  tryAgain(which: { objectType?: string; objectID?: string } = {}): void {
    const { objectType, objectID } = checked(which);
    for (const receiver of this.#parts.feeds.receivers(objectType)) receiver.tryAgain(objectID);
  }

  /** The names of the receivers that acknowledgements wait for, each with the number of objects. */
  waitedFor(): Map<string, number> {
    return this.#parts.feeds.waits();
  }

  /** Waits no longer for receivers that were closed as returning, or were waited for before a restart, and have not come back. */
  loseAbsentReceivers(): void {
    this.#parts.feeds.loseAbsent();
  }

  /** Has the service call a URL when an object of the type has arrived with its data. A doorbell: it may stay silent. */
  async registerWebhook(objectType: string, url: string, options: CallOptions = {}): Promise<void> {
    await this.#parts.webhooks.change('register', objectType, url, checked(options));
  }

  /** Ends the calls of a URL; no error where there were none. */
  async deleteWebhook(objectType: string, url: string, options: CallOptions = {}): Promise<void> {
    await this.#parts.webhooks.change('delete', objectType, url, checked(options));
  }

  // Destinations.

  /** The edge nodes that have registered with the organization. Only on a CSS. */
  async getDestinations(options: CallOptions = {}): Promise<Destination[]> {
    return this.#parts.destinations.registered(checked(options));
  }

  /** The objects of one edge node and how far they have come there. Only on a CSS. */
  async getDestinationObjects(
    destination: DestinationReference,
    options: CallOptions = {},
  ): Promise<DestinationObject[]> {
    return this.#parts.destinations.objectsAt(destination, checked(options));
  }

  /** Where the object goes, and how far it has come at each; empty when nowhere (yet), and always on an ESS. */
  async getObjectDestinations(
    object: ObjectReference,
    options: CallOptions = {},
  ): Promise<DestinationStatus[]> {
    return this.#parts.destinations.ofObject(object, checked(options));
  }

  /**
   * Sends the object to these edge nodes and no others: from those left out it is deleted. Only on a CSS.
   *
   * @param options.allowEmpty an empty list is meant: the object is deleted from all edges.
   */
  async setObjectDestinations(
    object: ObjectReference,
    destinations: readonly DestinationReference[],
    options: CallOptions & { allowEmpty?: boolean } = {},
  ): Promise<void> {
    await this.#parts.destinations.set(object, destinations, checked(options));
  }

  /** Sends the object to these edge nodes too, which must be registered. Only on a CSS. */
  async addObjectDestinations(
    object: ObjectReference,
    destinations: readonly DestinationReference[],
    options: CallOptions = {},
  ): Promise<void> {
    await this.#parts.destinations.change('add', object, destinations, checked(options));
  }

  /** Deletes the object from these edge nodes. Only on a CSS. */
  async removeObjectDestinations(
    object: ObjectReference,
    destinations: readonly DestinationReference[],
    options: CallOptions = {},
  ): Promise<void> {
    await this.#parts.destinations.change('remove', object, destinations, checked(options));
  }

  /**
   * Waits until a version of an object has arrived, or was consumed, everywhere it was sent; also for edge nodes that
   * register meanwhile. Hundreds of waits share a few requests at a time.
   *
   * @param object as getObjectMetadata gives it after publishing; of a mere reference the current version is waited for.
   * @throws DeliveryFailure SYNC_DELIVERY_FAILED as soon as one destination reports an error; SyncServiceError
   *   SYNC_TOO_MANY_WAITS, SYNC_ABORTED, SYNC_CLOSED: the object is published all the same.
   */
  async waitForDelivery(
    object: SentObject,
    goal: DeliveryGoal,
    options: DeliveryOptions = {},
  ): Promise<Delivery> {
    this.#parts.paths.object(object);
    return this.#parts.deliveries.wait(object, goal, checked(options));
  }

  // Organizations. Only on a CSS.

  /** The user's organization, or all for a sync administrator; empty when none was ever stored. */
  async listOrganizations(options: CallOptions = {}): Promise<Organization[]> {
    return this.#parts.organizations.list(checked(options));
  }

  /** Stores an organization. Over HTTP a CSS serves organizations that were never stored just as well. */
  async updateOrganization(
    organization: Pick<Organization, 'orgID'> & Partial<Organization>,
    options: CallOptions = {},
  ): Promise<void> {
    await this.#parts.organizations.update(organization, checked(options));
  }

  /** Deletes an organization with all its objects and destinations: its edges are refused until they restart. */
  async deleteOrganization(orgID: string, options: CallOptions = {}): Promise<void> {
    await this.#parts.organizations.delete(orgID, checked(options));
  }

  // Access lists, of an organization's administrator. Only on a CSS. The key `*` stands for all types.

  /** Lets users read (aclReader) or also write (aclWriter) the objects of a type. */
  async addUsersToObjectACL(
    objectType: string,
    users: readonly AccessListUser[],
    options: CallOptions = {},
  ): Promise<void> {
    await this.#parts.objectLists.add(objectType, users, checked(options));
  }

  /** Takes users off the list of an object type; no error where they are not on it. */
  async removeUsersFromObjectACL(
    objectType: string,
    users: readonly AccessListUser[],
    options: CallOptions = {},
  ): Promise<void> {
    await this.#parts.objectLists.remove(objectType, users, checked(options));
  }

  /** Who is on the list of an object type; empty when there is none. */
  async retrieveObjectACL(
    objectType: string,
    options: CallOptions & { type?: 'user' | 'node' } = {},
  ): Promise<AccessListEntry[]> {
    return this.#parts.objectLists.retrieve(objectType, checked(options));
  }

  /** The object types that have a list. */
  async retrieveAllObjectACLs(options: CallOptions = {}): Promise<string[]> {
    return this.#parts.objectLists.keys(checked(options));
  }

  /** Lets users send to the destinations of a type. */
  async addUsersToDestinationACL(
    destinationType: string,
    users: readonly AccessListUser[],
    options: CallOptions = {},
  ): Promise<void> {
    await this.#parts.destinationLists.add(destinationType, users, checked(options));
  }

  /** Takes users off the list of a destination type; no error where they are not on it. */
  async removeUsersFromDestinationACL(
    destinationType: string,
    users: readonly AccessListUser[],
    options: CallOptions = {},
  ): Promise<void> {
    await this.#parts.destinationLists.remove(destinationType, users, checked(options));
  }

  /** Who is on the list of a destination type; empty when there is none. */
  async retrieveDestinationACL(
    destinationType: string,
    options: CallOptions & { type?: 'user' | 'node' } = {},
  ): Promise<AccessListEntry[]> {
    return this.#parts.destinationLists.retrieve(destinationType, checked(options));
  }

  /** The destination types that have a list. */
  async retrieveAllDestinationACLs(options: CallOptions = {}): Promise<string[]> {
    return this.#parts.destinationLists.keys(checked(options));
  }

  /** Ends receivers and requests, and closes every connection. */
  async close(): Promise<void> {
    this.#parts.feeds.close();
    this.#parts.deliveries.close();
    this.#parts.rate.close();
    await this.#parts.sender.close();
  }

  /**
   * What is said of an object here never reaches the service: what a list has brought may be called anything.
   *
   * @throws SyncServiceError SYNC_INVALID_ARGUMENT for what names no object.
   */
  #named<T extends ObjectReference>(object: T): T {
    checkNamed(object);
    return object;
  }
}
