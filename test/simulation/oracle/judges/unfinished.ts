import type { Appearance } from '../../service/publications';
import type { Reader } from '../history/reader';
import type { Rule } from '../rules';
import type { Bench } from './bench';

/** What must still happen for a receiver, and by which rule. */
export interface Due {
  rule: Rule;
  what: string;
}

/** Knows what must still happen if nothing more disturbs anybody: at rest that is nothing. */
export class Unfinished {
  constructor(private readonly bench: Bench) {}

  /** @param listed what the service lists, without what was marked received. */
  of(listed: readonly Appearance[]): Due[] {
    return this.bench.history.readers.flatMap((reader) => {
      if (!reader.open) return [];
      reader.passTime(this.bench.now);
      const { objects } = this.bench.history;
      const current = reader.owed.filter((each) => objects.stayed(each, reader.joinedAt));
      // It had it before somebody else marked it received.
      const kept = Array.from(reader.seen.received?.values() ?? []).filter(
        (each) => objects.current(each.objectID) === each,
      );
      // What was marked received is not listed, but may still be asked for.
      const asked = reader.places.held().filter(({ standing }) => standing === 'asked');
      const there = asked
        .map(({ appearance }) => appearance)
        .filter((each) => objects.stayed(each, this.bench.now));
      const due = new Set([...listed, ...current, ...kept, ...there]);
      return Array.from(due).flatMap((appearance) => this.#unfinishedOf(reader, appearance));
    });
  }

  #unfinishedOf(reader: Reader, appearance: Appearance): Due[] {
    if (!reader.takes(appearance.objectID)) return [];
    const name = `${appearance.name} for ${reader.name}`;
    const handedOut = { rule: 'b: each latest version reaches each receiver' as const, what: name };
    const claim = reader.claim(appearance.objectID, appearance.version);
    if (!claim) return this.#isTakenUnseen(appearance) ? [] : [handedOut];
    if (reader.plan.observes) return [];
    switch (claim.standing) {
      case 'in the flow':
      case 'refused':
      case 'let go':
        return claim.isTriedAgain
          ? [{ rule: 'g: what somebody tries again comes again', what: name }]
          : [{ ...handedOut, what: `${name}, which is ${claim.standing}` }];
      case 'resting':
        return claim.isToldGivenUp || claim.vague
          ? []
          : [{ rule: 'g: what is given up is told once', what: name }];
      case 'asked':
        // Nobody is told that the service has taken what was asked for before a restart.
        return this.bench.history.isMarked(claim)
          ? []
          : [{ rule: 'b: what was asked for is acknowledged', what: name }];
      case 'settled':
        // The service may have said that it took it, forgotten that, and not been told again.
        return this.#isForgotten(appearance) && !this.bench.history.isMarked(claim)
          ? [{ rule: 'b: what was asked for is acknowledged', what: `${name}, which the service forgot` }]
          : [];
      default:
        return [];
    }
  }

  /** Not where each acknowledgement counts: there it must not be asked for again. */
  #isForgotten({ consumers, deleted, name }: Appearance): boolean {
    return (consumers <= 1 || deleted) && this.bench.forgotten.has(name);
  }

  /**
   * A request for any version may have acknowledged one that was not handed out, and that others must still consume.
   */
  #isTakenUnseen(appearance: Appearance): boolean {
    const { asking, objects } = this.bench.history;
    const isOurs = ({ by }: { by: string }): boolean => this.bench.history.memoryOf(by) !== undefined;
    if (!asking.anyVersion.has(appearance.objectID)) return false;
    // With several consumers, one that was not answered counts as taken.
    return appearance.consumers > 1 || objects.marks(appearance).some(isOurs);
  }
}
