import { deserialize, serialize } from 'node:v8';

/** The new value of a key in a map; undefined where the key is gone. */
export type Change = readonly [map: string, key: string, value: unknown];

const lengthBytes = 4;

/** Changes as bytes: of each key the last. */
export class Changes {
  readonly #records = new Map<string, Buffer>();
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#records.size === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @throws Error where the value cannot be kept, as a function cannot. */
  add(...change: Change): void {
    const [map, key] = change;
    this.#put(`${map.length} ${map}${key}`, serialize(change));
  }

  /** Takes changes that were made after these. */
  follow(later: Changes): void {
    for (const [name, record] of later.#records) this.#put(name, record);
  }

  /** What goes into a frame: the length of each change, and the change. */
  records(): Buffer[] {
    return Array.from(this.#records.values()).flatMap((record) => {
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt32LE(record.length);
      return [length, record];
    });
  }

  #put(name: string, record: Buffer): void {
    const old = this.#records.get(name);
    this.#bytes += old ? record.length - old.length : lengthBytes + record.length;
    this.#records.set(name, record);
  }
}

/**
 * What the body of a frame holds. Its checksum must have been checked before: V8 may do anything with arbitrary bytes.
 *
 * @throws Error where a newer version has written it.
 */
export function* changesIn(body: Buffer): Generator<Change> {
  for (let at = 0; at < body.length; ) {
    const start = at + lengthBytes;
    at = start + body.readUInt32LE(at);
    // A copy: a value that is read may be a view, which would keep the whole body in memory.
    yield deserialize(Buffer.from(body.subarray(start, at))) as Change;
  }
}
