import type { Thrown } from './wire';

/** The faults of a campaign by the names in the paths that they met: among thousands, those that met an object. */
export class Met {
  readonly #byName = new Map<string, Thrown[]>();

  constructor(thrown: readonly Thrown[]) {
    for (const each of thrown) {
      for (const name of new Set(each.path.split(/[/?]/))) {
        const met = this.#byName.get(name);
        if (met) met.push(each);
        else this.#byName.set(name, [each]);
      }
    }
  }

  /** Those on requests about an object. */
  about(objectID: string): readonly Thrown[] {
    return this.#byName.get(objectID) ?? [];
  }
}
