import type { CallOptions } from '../connection/options';
import { type Acknowledgement, type AcknowledgeOutcome, isTaken } from './acknowledgement';
import type { Acknowledgements } from './acknowledgements';
import type { Readers } from './readers';
import type { AcknowledgeOptions } from './receiver-options';
import type { Settlement } from './settlement';
import { type ObjectInFlow, versionIn } from './version';

/** See acknowledge-directly.ts. */
export type AcknowledgeDirectly = (
  object: ObjectInFlow,
  how: Acknowledgement,
  options: AcknowledgeOptions & CallOptions,
) => Promise<AcknowledgeOutcome>;

interface UnderWay {
  readonly objectID: string;
  /** Undefined for whichever is current. */
  readonly version: string | undefined;
}

/** Acknowledgements of objects that no receiver here has in hand. One that a list shows meanwhile is not handed out. */
export class DirectAcknowledgements {
  readonly #underWay = new Set<UnderWay>();

  constructor(
    private readonly readers: Readers,
    private readonly acknowledgements: Acknowledgements,
    private readonly acknowledgeDirectly: AcknowledgeDirectly,
  ) {}

  isUnderWay(objectID: string, version: string): boolean {
    for (const each of this.#underWay) {
      if (each.objectID === objectID && (each.version ?? version) === version) return true;
    }
    return false;
  }

  async acknowledge(
    object: ObjectInFlow,
    how: Acknowledgement,
    options: AcknowledgeOptions & CallOptions,
  ): Promise<AcknowledgeOutcome> {
    const underWay = { objectID: object.objectID, version: versionIn(object) };
    this.#underWay.add(underWay);
    let outcome: AcknowledgeOutcome | undefined;
    try {
      outcome = await this.acknowledgeDirectly(object, how, options);
      this.#noteTaken(object, outcome, options);
      return outcome;
    } finally {
      this.#underWay.delete(underWay);
      for (const { inHand } of this.readers.present()) this.#settle(inHand.settlement, underWay, outcome);
    }
  }

  /** Lists may show it again, and it is then handed out as if it were new; it must not be counted again. */
  #noteTaken(
    object: ObjectInFlow,
    outcome: AcknowledgeOutcome,
    { checkVersion = true }: AcknowledgeOptions,
  ): void {
    const version = versionIn(object);
    if (!checkVersion || version === undefined || !isTaken(outcome)) return;
    const { consumers = 1, deleted, objectID } = object;
    this.acknowledgements.noteTaken({ consumers: deleted ? 1 : consumers, objectID, version }, outcome);
  }

  /** Settles it with a receiver to which a list has shown it meanwhile. */
  #settle(
    settlement: Settlement,
    { objectID, version }: UnderWay,
    outcome: AcknowledgeOutcome | undefined,
  ): void {
    const entry = settlement.find(objectID, version);
    if (!entry || this.acknowledgements.get(objectID, entry.version)) return;
    if (outcome === undefined) settlement.letGo(objectID, entry.version);
    else if (isTaken(outcome)) settlement.taken(objectID, entry.version, outcome);
    else settlement.outdated(objectID, entry.version);
  }
}
