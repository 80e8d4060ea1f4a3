import type { Clock } from '../../system/clock';
import type { EntryState } from './entry';
import { HandOut } from './hand-out';
import { Ledger, type LedgerRules } from './ledger';
import { Listed } from './listed';
import type { ReceiverMemory } from './memory';
import type { GivenUp } from './object-update';
import { Settlement } from './settlement';
import type { Siblings } from './siblings';

/** What one receiver has in hand, and who may do what with it: see ledger.ts. */
export class InHand {
  /** For the poll. */
  readonly listed: Listed;
  /** For the reader and the flow. */
  readonly handOut: HandOut;
  /** For acknowledgements. */
  readonly settlement: Settlement;
  readonly #ledger: Ledger;

  constructor(
    rules: LedgerRules,
    clock: Clock,
    memory: ReceiverMemory,
    siblings: Siblings,
    onGivenUp: GivenUp,
  ) {
    this.#ledger = new Ledger(rules, clock, memory, siblings, onGivenUp);
    this.listed = new Listed(this.#ledger);
    this.handOut = new HandOut(this.#ledger);
    this.settlement = new Settlement(this.#ledger);
  }

  /** A new receiver of the same name takes it over, with rules of its own. */
  takeOver(rules: LedgerRules, onGivenUp: GivenUp, anew: boolean): void {
    this.#ledger.rules = rules;
    this.#ledger.onGivenUp = onGivenUp;
    if (anew) this.handOut.tryAgain();
  }

  /** How many objects are in a state. */
  count(state: EntryState): number {
    return this.#ledger.count(state);
  }
}
