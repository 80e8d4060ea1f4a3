import type { Journal, KeptMap } from '../../storage/journal';
import { warnIfThrown } from '../../system/listeners';
import type { Taken } from './acknowledgement';
import {
  AcknowledgementMemory,
  type RememberedAcknowledgement,
  type RememberedDone,
} from './acknowledgement-memory';

/** What is noted about an object that a receiver has handed out. */
export interface Remembered {
  version: string;
  /** How many applications must consume the object. */
  consumers: number;
  /** How many attempts were spent. */
  spent: number;
  /** The last of these was spent since the last hand-out: giving the object back refunds it. */
  charged?: true;
  /** The flow has it: a process that ends in this state has died. */
  inHand: boolean;
  /** The flow has had it at some time. */
  handedOut: boolean;
  /** Why it is not handed out any more while this version is listed. */
  end?: Taken | 'resting' | 'rejected';
  /** It rests without anybody having been told: no list had brought its metadata. */
  untold?: true;
}

/** What one receiver notes, by object ID. */
export interface ReceiverMemory {
  get(objectID: string): Remembered | undefined;
  set(objectID: string, remembered: Remembered): void;
  delete(objectID: string): void;
  keepOnly(isKnown: (objectID: string) => boolean): void;
  /** Resets attempts and rests, of one object or of all. */
  forgetRests(objectID?: string): void;
}

/** Notes nothing: for receivers that only observe, and for those without a name, which cannot be told apart. */
export const noMemory: ReceiverMemory = {
  get: () => undefined,
  set: () => undefined,
  delete: () => undefined,
  keepOnly: () => undefined,
  forgetRests: () => undefined,
};

/** What the receiving side of a client must know after a restart, in a journal. */
export class ReceivingMemory {
  readonly #settings: KeptMap<string>;
  #lost = false;

  /** @param onLost called once, when something could not be written: from then on a restart forgets. */
  constructor(
    private readonly journal: Journal,
    private readonly onLost: (error: unknown) => void,
  ) {
    this.#settings = journal.map<string>('settings');
  }

  /**
   * What the previous receiver of the same name noted.
   *
   * @param settings if they differ from that receiver's, attempts and rests start anew.
   */
  receiver(objectType: string, name: string, settings: string): ReceiverMemory {
    const of = `${objectType} ${name}`;
    const kept = this.journal.map<Remembered>(`in hand ${of}`);
    if ((this.#settings.get(of) ?? settings) !== settings) forgetRests(kept);
    if (this.#settings.get(of) !== settings) this.#settings.set(of, settings);
    return {
      get: (objectID) => kept.get(objectID),
      set: (objectID, remembered) => kept.set(objectID, remembered),
      delete: (objectID) => {
        if (kept.has(objectID)) kept.delete(objectID);
      },
      keepOnly: (isKnown) => {
        for (const objectID of Array.from(kept.keys())) if (!isKnown(objectID)) kept.delete(objectID);
      },
      forgetRests: (objectID) => forgetRests(kept, objectID),
    };
  }

  get acknowledgements(): AcknowledgementMemory {
    const [underWay, done] = [
      this.journal.map<RememberedAcknowledgement>('acknowledgements'),
      this.journal.map<RememberedDone>('acknowledged'),
    ];
    return new AcknowledgementMemory(underWay, done, () => this.written());
  }

  /** Resolves once everything is written. Never rejects: what cannot be written is kept in memory only. */
  async written(): Promise<void> {
    try {
      await this.journal.written();
    } catch (error) {
      if (!this.#lost) warnIfThrown('a journal that cannot be written', () => this.onLost(error));
      this.#lost = true;
    }
  }
}

/** What was acknowledged stays so; everything else gets another chance, but does not count as new. */
function forgetRests(kept: KeptMap<Remembered>, only?: string): void {
  for (const objectID of only === undefined ? Array.from(kept.keys()) : [only]) {
    const before = kept.get(objectID);
    if (!before) continue;
    const { charged: _, end, untold: _told, ...remembered } = before;
    const rests = end === undefined || end === 'resting' || end === 'rejected';
    kept.set(objectID, { ...remembered, spent: 0, inHand: false, ...(!rests && { end }) });
  }
}
