import type { ObjectMetadata } from '../../../../src/protocol/metadata';
import type { Appearance } from '../../service/publications';
import type { Reader } from '../history/reader';
import type { Bench } from './bench';

/** Judges what receivers report about the versions that they give up: each of them once, and no other. */
export class GivingUp {
  constructor(private readonly bench: Bench) {}

  judge(
    reader: Reader,
    appearance: Appearance | undefined,
    object: ObjectMetadata,
    attempts: number,
    what: string,
  ): void {
    const claim = appearance && reader.claim(appearance.objectID, appearance.version);
    if (!claim || JSON.stringify(object) !== appearance.text) {
      this.#broken(`${what}, which it was not handed`);
      return;
    }
    // After a power cut, or if an earlier process has forgotten it, only the client knows what was spent.
    const isSure = !claim.vague && claim.standing !== 'free';
    if (isSure && (claim.standing !== 'resting' || claim.isToldGivenUp)) {
      this.#broken(`${what}: ${claim.name}${claim.isToldGivenUp ? ', for the second time' : ''}`);
    } else if (isSure && attempts !== claim.spent) this.#broken(`${what}, where ${claim.spent} were spent`);
    claim.isToldGivenUp = true;
  }

  #broken(what: string): void {
    this.bench.broken('g: what is given up is told once', what);
  }
}
