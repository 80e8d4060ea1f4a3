import type { ObjectMetadata } from '../../protocol/metadata';
import type { Journal, KeptMap } from '../../storage/journal';
import type { EndOptions } from '../connection/options';
import { isSyncServiceError } from '../errors';
import { nameOf, type ObjectReference } from '../objects/names';
import type { Objects } from '../objects/objects';
import type { Sending } from './calls';

/** How many objects are remembered. One that is forgotten, the oldest first, is published again even if it is unchanged. */
const mostObjects = 10_000;

interface PublishedObject {
  /** The digest of its metadata and data. */
  digest: string;
  /** Which version the service made of it. */
  instanceID: string;
}

/** What was sent of an object. */
export interface SentObject {
  metadata: Partial<ObjectMetadata>;
  /** The size of its data, where that is known. */
  size: number | undefined;
}

/** What was published of each object, and as which version: what is still there need not be published again. */
export class PublishedObjects {
  readonly #published: KeptMap<PublishedObject>;

  constructor(
    journal: Journal,
    private readonly objects: Objects,
  ) {
    this.#published = journal.map<PublishedObject>('published');
  }

  /** Whether the service still has this as it was published: nobody has changed, deleted or replaced it since. */
  async isThere(object: ObjectReference, digest: string, options: EndOptions): Promise<boolean> {
    const published = this.#published.get(nameOf(object));
    if (published?.digest !== digest) return false;
    const current = await this.objects.version(object, options).catch((error: unknown) => {
      if (isSyncServiceError(error, 'SYNC_NOT_FOUND')) return undefined;
      throw error;
    });
    return current?.instanceID === published.instanceID && !current.deleted;
  }

  /**
   * Remembers what was published. The service does not say as which version, so it is asked afterwards. Nothing is
   * remembered if something else of the object was sent meanwhile, or if the metadata shows that somebody else has
   * published before we asked.
   */
  async remember(
    object: ObjectReference,
    digest: string,
    sent: SentObject,
    sending: Sending,
    options: EndOptions,
  ): Promise<void> {
    const key = nameOf(object);
    const current = await this.objects.metadata(object, options);
    const { instanceID } = current;
    this.#published.delete(key);
    if (!sending.isAlone || isAnother(current, sent)) return;
    const [oldest] = this.#published.keys();
    if (this.#published.size >= mostObjects && oldest !== undefined) this.#published.delete(oldest);
    this.#published.set(key, { digest, instanceID });
  }
}

/** Compares only what every service gives back as it was sent. */
function isAnother(current: ObjectMetadata, { metadata, size }: SentObject): boolean {
  const { deleted, description, metaOnly, objectSize, signature, version } = current;
  if (deleted || metaOnly || objectSize !== (size ?? objectSize)) return true;
  if ((description || '') !== (metadata.description ?? '')) return true;
  if ((version || '') !== (metadata.version ?? '')) return true;
  return Boolean(signature) && signature !== metadata.signature;
}
