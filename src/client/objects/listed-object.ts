import type { ObjectMetadata } from '../../protocol/metadata';
import type { ListEntry } from '../connection/list-entry';
import { isUpdate } from './update';

/**
 * An object as a list shows it, valid only during the call that tells of it. A list of thousands is read again every few
 * seconds, and most of it is nothing new: so ID and version are read at once, and the rest only when it is asked for.
 */
export interface ListedObject extends Readonly<Pick<ObjectMetadata, 'objectID' | 'instanceID' | 'deleted'>> {
  /** Undefined where it cannot be used; that has been told then. */
  metadata(): ObjectMetadata | undefined;
  /** The same for those who need a property or two, and may not need to have it parsed. */
  readonly view: ObjectMetadata;
}

/** The objects of one type as their list shows them. */
export class ObjectList {
  readonly #typeBegins: Buffer;

  constructor(private readonly objectType: string) {
    this.#typeBegins = Buffer.from(`",\n    "objectType": ${JSON.stringify(objectType)},\n`);
  }

  /** The object of an entry; undefined where it cannot be used, and that has been told. */
  object(entry: ListEntry): ListedObject | undefined {
    const glanced = this.#glance(entry);
    if (glanced) return glanced;
    const { objectType } = this;
    const object = entry.value((value): value is ObjectMetadata => isUpdate(value, objectType));
    return object && readObject(object);
  }

  /** Undefined where the entry must be parsed. */
  #glance(entry: ListEntry): ListedObject | undefined {
    const { bytes } = entry;
    const idEnds = endOfText(bytes, idBegins.length);
    if (!isAt(bytes, 0, idBegins) || !isAt(bytes, idEnds, this.#typeBegins)) return undefined;
    const version = bytes.indexOf(versionBegins, idEnds) + versionBegins.length;
    const deleted = isAt(bytes, version, isDeleted);
    if (version < versionBegins.length || !(deleted || isAt(bytes, version, notDeleted))) return undefined;
    const digits = version + (deleted ? isDeleted : notDeleted).length;
    const digitsEnd = endOfDigits(bytes, digits);
    if (digitsEnd === digits || bytes[digitsEnd] !== comma) return undefined;
    const objectID = bytes.toString('latin1', idBegins.length, idEnds);
    const instanceID = bytes.toString('latin1', digits, digitsEnd);
    return new Glance(entry, this.objectType, objectID, instanceID, deleted);
  }
}

/** An object whose metadata is there already. */
export function readObject(object: ObjectMetadata): ListedObject {
  const { objectID, instanceID, deleted } = object;
  return { objectID, instanceID, deleted, metadata: () => object, view: object };
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const [zero, nine] = [0x30, 0x39];
const [space, tilde] = [0x20, 0x7e];

/**
 * How the service begins an object of a list, and where it says its version. No string holds a bare line break, so four
 * spaces after one are the indent of the object's own properties, and nothing else.
 */
const idBegins = Buffer.from('\n  {\n    "objectID": "');
const versionBegins = Buffer.from('\n    "deleted": ');
const expirationBegins = Buffer.from('\n    "expiration": ""');
const notDeleted = Buffer.from('false,\n    "instanceID": ');
const isDeleted = Buffer.from('true,\n    "instanceID": ');

/** An object in the format in which the service writes it, of which ID and version were found without parsing it. */
class Glance implements ListedObject {
  #metadata: ObjectMetadata | undefined;
  #isRead = false;

  constructor(
    private readonly entry: ListEntry,
    private readonly objectType: string,
    readonly objectID: string,
    readonly instanceID: string,
    readonly deleted: boolean,
  ) {}

  metadata(): ObjectMetadata | undefined {
    if (this.#isRead) return this.#metadata;
    this.#isRead = true;
    // Where a property is written twice, or otherwise than by the service, the glance may have been wrong.
    this.#metadata = this.entry.value(
      (value): value is ObjectMetadata => isUpdate(value, this.objectType) && this.#fits(value),
    );
    return this.#metadata;
  }

  get view(): ObjectMetadata {
    return new Proxy<ObjectMetadata>({} as ObjectMetadata, {
      get: (_target, name) => this.#property(name),
      has: (_target, name) => name in (this.metadata() ?? {}),
      ownKeys: () => Reflect.ownKeys(this.metadata() ?? {}),
      getOwnPropertyDescriptor: (_target, name) =>
        Reflect.getOwnPropertyDescriptor(this.metadata() ?? {}, name),
      set: () => false,
    });
  }

  #property(name: string | symbol): unknown {
    if (name === 'objectID' || name === 'instanceID' || name === 'deleted' || name === 'objectType')
      return this[name];
    if (name === 'expiration' && this.entry.bytes.includes(expirationBegins)) return '';
    return Reflect.get(this.metadata() ?? {}, name);
  }

  #fits({ objectID, instanceID, deleted }: ObjectMetadata): boolean {
    return objectID === this.objectID && instanceID === this.instanceID && deleted === this.deleted;
  }
}

function isAt(bytes: Buffer, start: number, text: Buffer): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[start + index] !== text[index]) return false;
  }
  return true;
}

/** Where a string of printable ASCII ends; 0 where it has an escape or another character, and must be parsed. */
function endOfText(bytes: Buffer, start: number): number {
  for (let index = start; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === quote) return index > start ? index : 0;
    if (byte < space || byte > tilde || byte === backslash) return 0;
  }
  return 0;
}

function endOfDigits(bytes: Buffer, start: number): number {
  let end = start;
  for (let byte = bytes[end] ?? 0; byte >= zero && byte <= nine; byte = bytes[end] ?? 0) end += 1;
  return end;
}
