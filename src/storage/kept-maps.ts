import { type Change, Changes, changesIn } from './changes';
import type { KeptMap } from './journal';

/** How many bytes make a frame full where everything is written; only its last change may go beyond. */
const frameBytes = 1_048_576;

/** The maps of a journal, and which of their changes are yet to be written. */
export class KeptMaps {
  /** Called at each change. */
  onChange: () => void = () => undefined;
  readonly #maps = new Map<string, Kept<unknown>>();
  #changes = new Changes();

  map<Value>(name: string): KeptMap<Value> {
    return this.#mapOf(name) as Kept<Value>;
  }

  /** Takes what a body holds. @throws Error where a newer version has written it. */
  restore(body: Buffer): void {
    for (const [name, key, value] of changesIn(body)) this.#mapOf(name).restore(key, value);
  }

  get hasChanges(): boolean {
    return !this.#changes.isEmpty;
  }

  /** What is to be written, which from then on is the caller's to write or to give back. */
  takeChanges(): Changes {
    const changes = this.#changes;
    this.#changes = new Changes();
    return changes;
  }

  giveBack(changes: Changes): void {
    changes.follow(this.#changes);
    this.#changes = changes;
  }

  /** All that the maps hold at the first call: what goes into one frame or more. */
  *all(): Generator<Buffer[]> {
    const changes = Array.from(this.#maps, ([name, map]) =>
      Array.from(map, ([key, value]): Change => [name, key, value]),
    ).flat();
    let frame = new Changes();
    for (const [name, key, value] of changes) {
      frame.add(name, key, value);
      if (frame.bytes < frameBytes) continue;
      yield frame.records();
      frame = new Changes();
    }
    yield frame.records();
  }

  #mapOf(name: string): Kept<unknown> {
    const map =
      this.#maps.get(name) ??
      new Kept((key, value) => {
        this.#changes.add(name, key, value);
        this.onChange();
      });
    this.#maps.set(name, map);
    return map;
  }
}

class Kept<Value> extends Map<string, Value> {
  /** @param change throws where the value cannot be kept. */
  constructor(private readonly change: (key: string, value: Value | undefined) => void) {
    super();
  }

  /** Takes what was read from the file. */
  restore(key: string, value: Value | undefined): void {
    if (value === undefined) super.delete(key);
    else super.set(key, value);
  }

  override set(key: string, value: Value): this {
    this.change(key, value);
    return super.set(key, value);
  }

  override delete(key: string): boolean {
    if (!this.has(key)) return false;
    this.change(key, undefined);
    return super.delete(key);
  }
}
