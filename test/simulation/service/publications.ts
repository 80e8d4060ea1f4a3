import type { ObjectMetadata } from '../../../src/protocol/metadata';

export const objectType = 'model';

/** One version of an object at the service, from when it came until it went; the same version may come again. */
export interface Appearance {
  readonly objectID: string;
  /** What a log calls it: its ID and how many versions came before it. */
  readonly name: string;
  /** Counted over all objects: of two appearances of one object the later has the greater. */
  readonly order: number;
  /** Its instanceID, and whether it is the deletion. */
  readonly version: string;
  readonly deleted: boolean;
  readonly consumers: number;
  /** The metadata as an application has it. */
  readonly text: string;
  /** The same on the wire, where versions are bare numbers. */
  readonly json: string;
  readonly data: string;
}

/** What its publisher's side keeps of an object. */
export interface Publication {
  readonly objectID: string;
  readonly instanceID: string;
  readonly dataID: string;
  readonly consumers: number;
  readonly data: string;
  readonly metaOnly: boolean;
  /** A metadata-only update makes the service forget the size of data that is at the edge. */
  readonly objectSize: number;
  consumed: boolean;
}

/** Nanoseconds since 1970: more digits than a number of JavaScript holds. Successive versions differ by 1. */
const firstInstance = 1_795_471_707_473_328_791n;

/** The objects that were published for this edge and not deleted, each in its newest version. */
export class Publications {
  readonly #byID = new Map<string, Publication>();
  #instances = 0n;
  #appearances = 0;

  isNewest(publication: Publication): boolean {
    return this.#byID.get(publication.objectID) === publication;
  }

  publish(objectID: string, consumers: number): Publication {
    const instanceID = this.#nextInstance();
    const data = `the data of ${objectID} ${instanceID}`;
    return this.#keep({
      objectID,
      instanceID,
      dataID: instanceID,
      consumers,
      data,
      metaOnly: false,
      objectSize: data.length,
      consumed: false,
    });
  }

  /** @param sizeIsLost the data stays where it is. */
  describe(objectID: string, sizeIsLost: boolean): Publication | undefined {
    const old = this.#byID.get(objectID);
    if (!old) return undefined;
    const objectSize = sizeIsLost ? 0 : old.data.length;
    return this.#keep({
      ...old,
      instanceID: this.#nextInstance(),
      metaOnly: true,
      objectSize,
      consumed: false,
    });
  }

  /** @returns what is deleted, if anything is. */
  delete(objectID: string): Publication | undefined {
    const old = this.#byID.get(objectID);
    this.#byID.delete(objectID);
    return old;
  }

  consumed(objectID: string, version: string): void {
    const publication = this.#byID.get(objectID);
    if (publication?.instanceID === version) publication.consumed = true;
  }

  unconsumed(): Publication[] {
    return Array.from(this.#byID.values()).filter(({ consumed }) => !consumed);
  }

  /** A version comes to where applications see it. */
  appear(publication: Publication, deleted: boolean): Appearance {
    this.#appearances += 1;
    const { objectID, instanceID, consumers, data } = publication;
    const { json, text } = written(publication, deleted);
    const version = versionOf({ instanceID, deleted });
    const name = nameOf(objectID, version);
    return { objectID, name, order: this.#appearances, version, deleted, consumers, text, json, data };
  }

  #keep(publication: Publication): Publication {
    this.#byID.set(publication.objectID, publication);
    return publication;
  }

  #nextInstance(): string {
    this.#instances += 1n;
    return String(firstInstance + this.#instances);
  }
}

export function versionOf({ instanceID, deleted }: Pick<ObjectMetadata, 'instanceID' | 'deleted'>): string {
  return deleted ? `${instanceID} deleted` : instanceID;
}

/** An ID and a version, short enough for a log. */
export function nameOf(objectID: string, version: string): string {
  const [instance = '', deleted] = version.split(' ');
  const isOurs = /^1795471707\d{9}$/.test(instance);
  const count = isOurs ? BigInt(instance) - firstInstance : instance;
  return `${objectID}@${count}${deleted ? ' deleted' : ''}`;
}

/** Fewer fields than the service gives: those that an application may look at. */
function written(publication: Publication, deleted: boolean): { json: string; text: string } {
  const { objectID, instanceID, dataID, consumers, metaOnly, objectSize } = publication;
  const fields = (quote: string): string =>
    `{"objectID":"${objectID}","objectType":"${objectType}","destinationsList":["gateway:edge1"],` +
    `"description":"","expiration":"","noData":false,"metaOnly":${metaOnly},"consumers":${consumers},` +
    `"deleted":${deleted},"instanceID":${quote}${instanceID}${quote},"dataID":${quote}${dataID}${quote},` +
    `"objectSize":${objectSize},"hashAlgorithm":"","publicKey":"","signature":""}`;
  return { json: fields(''), text: fields('"') };
}
