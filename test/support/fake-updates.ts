import { type ObjectMetadata, SyncServiceError } from '../../src/client';
import { type ListedObject, readObject } from '../../src/client/objects/listed-object';
import type { UpdateSource } from '../../src/client/updates/source';
import type { EndSignal } from '../../src/system/ending';

type Mark = 'consumed' | 'received' | 'deleted';

/** The updates of one object type, as a test sets them, and what was asked of them. */
export class FakeUpdates implements UpdateSource {
  readonly listed = new Map<string, ObjectMetadata>();
  readonly received = new Map<string, ObjectMetadata>();
  /** Marks are answered, and nothing comes of them. */
  forgets = false;
  /** What lists leave out, since nobody can read it. */
  readonly unreadable = new Set<string>();
  /** What questions fail with, by name: `list`, `list received`, `kind`, `metadata`, or a mark. */
  readonly failures = new Map<string, Error>();
  /** What was asked, each with its object. */
  readonly asked: string[] = [];
  readonly #held = new Map<string, (() => void)[]>();

  publish(...objects: ObjectMetadata[]): void {
    for (const object of objects) this.listed.set(object.objectID, object);
  }

  count(what: string): number {
    return this.asked.filter((each) => each === what).length;
  }

  /** From now on questions of this name are not answered, until they are released. */
  hold(name: string): void {
    this.#held.set(name, this.#held.get(name) ?? []);
  }

  release(name: string): void {
    const waiting = this.#held.get(name) ?? [];
    this.#held.delete(name);
    for (const answer of waiting) answer();
  }

  async readUpdates(
    _objectType: string,
    { onLeftOut, received = false, signal }: Parameters<UpdateSource['readUpdates']>[1],
    onUpdate: (object: ListedObject) => void,
  ): Promise<void> {
    await this.#ask(received ? 'list received' : 'list', '', signal);
    const shown = received ? [...this.listed.values(), ...this.received.values()] : [...this.listed.values()];
    for (const object of shown) {
      if (this.unreadable.has(object.objectID)) onLeftOut?.();
      else onUpdate(readObject(object));
    }
  }

  checkKind = (): Promise<void> => this.#ask('kind', '', undefined);

  async getObjectVersion(
    { objectID }: { objectID: string },
    options: { signal?: EndSignal } = {},
  ): Promise<ObjectMetadata> {
    await this.#ask('metadata', objectID, options.signal);
    const found = this.listed.get(objectID) ?? this.received.get(objectID);
    if (!found) throw new SyncServiceError('SYNC_NOT_FOUND', `${objectID} is gone`, { statusCode: 404 });
    return found;
  }

  markObjectConsumed = (object: { objectID: string }, options?: { signal?: EndSignal }): Promise<void> =>
    this.#mark('consumed', object.objectID, options?.signal);
  markObjectReceived = (object: { objectID: string }, options?: { signal?: EndSignal }): Promise<void> =>
    this.#mark('received', object.objectID, options?.signal);
  markObjectDeleted = (object: { objectID: string }, options?: { signal?: EndSignal }): Promise<void> =>
    this.#mark('deleted', object.objectID, options?.signal);

  async #mark(mark: Mark, objectID: string, signal: EndSignal | undefined): Promise<void> {
    await this.#ask(mark, objectID, signal);
    if (this.forgets) return;
    const object = this.listed.get(objectID) ?? this.received.get(objectID);
    if (!object) throw new SyncServiceError('SYNC_REJECTED', 'no such object', { statusCode: 400 });
    const left = mark === 'deleted' ? 1 : object.consumers;
    if (left > 1) {
      this.listed.set(objectID, { ...object, consumers: left - 1 });
      return;
    }
    this.listed.delete(objectID);
    if (mark === 'received') this.received.set(objectID, object);
    else this.received.delete(objectID);
  }

  async #ask(name: string, objectID: string, signal: EndSignal | undefined): Promise<void> {
    this.asked.push(objectID ? `${name} ${objectID}` : name);
    const waiting = this.#held.get(name);
    if (waiting) await untilAnswered(waiting, signal);
    const failure = this.failures.get(name);
    if (failure) throw failure;
  }
}

function untilAnswered(waiting: (() => void)[], signal: EndSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    waiting.push(resolve);
    signal?.addEventListener('abort', () => {
      reject(new SyncServiceError('SYNC_TIMEOUT', 'took too long', { cause: signal.reason }));
    });
  });
}
