import { createHash } from 'node:crypto';
import { stringifyExactJson } from '../../protocol/exact-json';
import type { Journal, KeptMap } from '../../storage/journal';
import type { EndOptions } from '../connection/options';
import { isSyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';
import type { Objects } from '../objects/objects';
import { piecesOf, type ReplayableBody } from './source';

/** So many are remembered; the one that was published longest ago is published again when it comes. */
const mostObjects = 10_000;

interface PublishedObject {
  /** Of its metadata and data. */
  digest: string;
  /** Which version the service made of it. */
  instanceID: string;
}

/** What was published of each object, and as which version: what is there still need not be published again. */
export class PublishedObjects {
  readonly #published: KeptMap<PublishedObject>;

  constructor(
    journal: Journal,
    private readonly objects: Objects,
  ) {
    this.#published = journal.map<PublishedObject>('published');
  }

  /** Whether the service has this as it was published: nobody has changed, deleted or replaced it since. */
  async isThere(object: ObjectReference, digest: string, options: EndOptions): Promise<boolean> {
    const published = this.#published.get(keyOf(object));
    if (published?.digest !== digest) return false;
    const current = await this.objects.version(object, options).catch((error: unknown) => {
      if (isSyncServiceError(error, 'SYNC_NOT_FOUND')) return undefined;
      throw error;
    });
    return current?.instanceID === published.instanceID && !current.deleted;
  }

  /** It was published. The service does not tell as what, so that it is asked. */
  async remember(object: ObjectReference, digest: string, options: EndOptions): Promise<void> {
    const key = keyOf(object);
    const { instanceID } = await this.objects.version(object, options);
    this.#published.delete(key);
    const [oldest] = this.#published.keys();
    if (this.#published.size >= mostObjects && oldest !== undefined) this.#published.delete(oldest);
    this.#published.set(key, { digest, instanceID });
  }
}

/** What metadata and data are known by: the same for the same, whatever signature it got. */
export async function digestOfAll(about: Record<string, unknown>, body: ReplayableBody): Promise<string> {
  const hash = createHash('sha256').update(stringifyExactJson(about)).update('\0');
  for await (const piece of piecesOf(body)) hash.update(piece);
  return hash.digest('base64');
}

function keyOf({ objectType, objectID }: ObjectReference): string {
  return `${objectType}/${objectID}`;
}
