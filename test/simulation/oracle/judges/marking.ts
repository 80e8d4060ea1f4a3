import type { Appearance } from '../../service/publications';
import type { Mark, Marker } from '../../service/service';
import type { Bench } from './bench';

/** Judges the marks that the service receives: whether somebody had asked for each, and everybody who had to. */
export class Marking {
  /** How often an update was acknowledged with its predecessor, within the time of one request. */
  unversioned = 0;

  constructor(private readonly bench: Bench) {}

  /** @returns whether it was for this version that somebody asked, not for the one before. */
  judge(appearance: Appearance, mark: Mark, { by, knew }: Marker): boolean {
    const ours = this.bench.history.memoryOf(by) !== undefined;
    // If not, it was on its way when the version came.
    const meant = !knew || knew.order >= appearance.order;
    if (!ours) return meant;
    if (meant) this.#onlyWhatWasAskedFor(appearance, mark, by === this.bench.history.client);
    else this.#onlyWithinOneRequest(appearance, mark);
    if (meant && this.#countsTwice(appearance, mark, by)) {
      this.bench.broken(
        'e: one application counts once',
        `${appearance.name} is marked ${mark} a second time`,
      );
    }
    return meant;
  }

  #onlyWhatWasAskedFor(appearance: Appearance, mark: Mark, isAlive: boolean): void {
    const { history } = this.bench;
    if (history.asking.anyVersion.has(appearance.objectID)) return;
    const askers = history.joint.askers(appearance);
    const isAsked = mark === 'deleted' ? askers.length > 0 : askers.some((claim) => claim.asked.has(mark));
    if (!isAsked) {
      this.bench.broken(
        'e: nothing is acknowledged that nobody asked for',
        `${appearance.name} is marked ${mark}`,
      );
    }
    // If the client that sent it has ended, nobody knows any more who had asked.
    if (isAlive && history.joint.begin(appearance, this.bench.now) === undefined) {
      const names = history.joint.passedOver(appearance).map(({ name }) => name);
      if (names.length === 0) return;
      const what = `${appearance.name} is marked ${mark} without a word of ${names.join(', ')}`;
      this.bench.broken('e: a version is acknowledged once all have asked', what);
    }
  }

  #countsTwice(appearance: Appearance, mark: Mark, by: string): boolean {
    // A request for any version asks for this one again.
    if (appearance.consumers <= 1 || this.bench.history.asking.anyVersion.has(appearance.objectID))
      return false;
    return this.bench.history.countedBefore(appearance, mark, by);
  }

  /** Nobody asked for this version: it must have come after the last answer about the one that was asked for. */
  #onlyWithinOneRequest(appearance: Appearance, mark: Mark): void {
    const { objectID, order } = appearance;
    if (this.bench.history.asking.anyVersion.has(objectID)) return;
    const earlier = this.bench.history.readers.some((reader) =>
      reader.on(objectID).some((claim) => claim.asked.size > 0 && claim.appearance.order < order),
    );
    if (earlier) this.unversioned += 1;
    else
      this.bench.broken(
        'e: nothing is acknowledged that nobody asked for',
        `${appearance.name} is marked ${mark}`,
      );
  }
}
