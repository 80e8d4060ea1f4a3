import { inMemory } from '../storage/journal';
import { AccessLists } from './administration/access-lists';
import { Destinations } from './administration/destinations';
import { Organizations } from './administration/organizations';
import { Service } from './administration/service';
import { Webhooks } from './administration/webhooks';
import type { ClientOptions } from './client-options';
import { KindCheck } from './connection/kind';
import type { LeftOut } from './connection/list-entry';
import { Requests } from './connection/requests';
import { Sender } from './connection/sender';
import { Downloader } from './data/downloader';
import { PublishedObjects } from './data/published';
import { Publisher } from './data/publisher';
import { TransferRate } from './data/rate';
import { TransferWindows } from './data/transfer-windows';
import { UploadMemory } from './data/upload-memory';
import type { DeliverySource } from './deliveries/look';
import { DeliveryWatch } from './deliveries/watch';
import { LeftOutUpdates } from './objects/left-out';
import { Listing } from './objects/listing';
import { Objects } from './objects/objects';
import { Paths } from './objects/paths';
import { Presence } from './objects/presence';
import { type ClientSeams, withSystem } from './seams';
import { Feeds } from './updates/feeds';
import type { UpdateSource } from './updates/source';

/** What a client is made of, wired together; client.ts has its methods. */
export class ClientParts {
  readonly paths: Paths;
  readonly kindCheck: KindCheck;
  readonly sender: Sender;
  readonly service: Service;
  readonly objects: Objects;
  readonly listing: Listing;
  readonly rate: TransferRate;
  readonly publisher: Publisher;
  readonly downloader: Downloader;
  readonly destinations: Destinations;
  readonly organizations: Organizations;
  readonly webhooks: Webhooks;
  readonly objectLists: AccessLists;
  readonly destinationLists: AccessLists;
  readonly feeds: Feeds;
  readonly deliveries: DeliveryWatch;

  constructor(options: ClientOptions, seams: ClientSeams) {
    const { clock, random, disk, processes, openTransport, readIdentity } = withSystem(seams);
    const { journal = inMemory(), inChunks = false, onForgetful = () => undefined } = options;
    const paths = new Paths(options.organization, options.allowCloudOnlyNames ?? false);
    this.paths = paths;
    this.kindCheck = new KindCheck(paths.kind, async () => (await this.service.health({})).general.nodeType);
    this.sender = new Sender(options, this.kindCheck, { clock, random, openTransport, readIdentity });
    const requests = new Requests(this.sender, options);
    const presence = new Presence(requests, paths, () => this.kindCheck.now());
    const objects = new Objects(requests, paths, presence);
    const rate = new TransferRate(clock, options.transferRate, new TransferWindows(clock, options));
    this.objects = objects;
    this.rate = rate;
    const transfers = { requests, paths, presence, objects, rate };
    const memory = new UploadMemory(journal);
    const published = new PublishedObjects(journal, objects);
    this.publisher = new Publisher({ ...transfers, clock, random, memory, published, inChunks });
    const machine = { clock, random, disk, processes };
    this.downloader = new Downloader({ ...transfers, service: options.address, journal, machine });
    this.service = new Service(requests, paths);
    this.listing = new Listing(requests, paths);
    this.destinations = new Destinations(requests, paths);
    this.organizations = new Organizations(requests, paths);
    this.webhooks = new Webhooks(requests, paths);
    this.objectLists = new AccessLists('objects', requests, paths);
    this.destinationLists = new AccessLists('destinations', requests, paths);
    this.feeds = new Feeds(this.#updates(options), { clock, random, journal, onForgetful });
    this.deliveries = new DeliveryWatch(this.#progress(), clock);
  }

  /** Where receivers have updates from. An acknowledgement's own questions are asked in its lane: what hangs there stops nobody else. */
  #updates({ onLeftOut: tell = () => undefined }: ClientOptions): UpdateSource {
    const { objects } = this;
    const lane = 'acknowledgement';
    const leftOut = new LeftOutUpdates(tell);
    return {
      readUpdates: (objectType, options, onUpdate) => {
        const onLeftOut = (entry: LeftOut): void => {
          leftOut.add(objectType, entry);
          // Such a list does not tell what is gone.
          options.onLeftOut?.();
        };
        return objects.readUpdates(objectType, { ...options, onLeftOut }, onUpdate);
      },
      checkKind: () => this.kindCheck.now(),
      getObjectVersion: (object, options) => objects.version(object, { lane, ...options }),
      markObjectConsumed: (object, options = {}) => objects.mark(object, 'consumed', options),
      markObjectReceived: (object, options = {}) => objects.mark(object, 'received', options),
      markObjectDeleted: (object, options = {}) => objects.mark(object, 'deleted', options),
    };
  }

  /** Where waits for a delivery see how far an object has come. */
  #progress(): DeliverySource {
    return {
      kind: this.paths.kind,
      getObjectMetadata: (object, options = {}) => this.objects.metadata(object, options),
      getObjectStatus: (object, options = {}) => this.objects.status(object, options),
      getObjectDestinations: (object, options = {}) => this.destinations.ofObject(object, options),
    };
  }
}
