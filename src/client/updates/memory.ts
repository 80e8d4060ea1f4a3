import type { Journal, KeptMap } from '../../storage/journal';
import { warnIfThrown } from '../../system/listeners';
import type { Taken } from './acknowledgement';
import {
  AcknowledgementMemory,
  type RememberedAcknowledgement,
  type RememberedDone,
} from './acknowledgement-memory';

/** What is written down of an object that a receiver has handed out. */
export interface Remembered {
  version: string;
  /** How many applications must consume the object. */
  consumers: number;
  /** Attempts that were spent. */
  spent: number;
  /** The last of them was spent since the last hand-out: who gives the object back has it back. */
  charged?: true;
  /** The flow has it: a process that ends so has died. */
  inHand: boolean;
  /** The flow has had it at some time. */
  handedOut: boolean;
  /** Why it is not handed out any more while this version is listed. */
  end?: Taken | 'resting' | 'rejected';
  /** It rests, and nobody has been told: no list had brought its metadata. */
  untold?: true;
}

/** What one receiver writes down, by object ID. */
export interface ReceiverMemory {
  get(objectID: string): Remembered | undefined;
  set(objectID: string, remembered: Remembered): void;
  delete(objectID: string): void;
  keepOnly(isKnown: (objectID: string) => boolean): void;
  /** Has attempts and rests start anew, of one object or of all. */
  forgetRests(objectID?: string): void;
}

/** Forgets with its process: for receivers that only look, and that nobody can tell from others. */
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

  /** @param onLost told once, when something could not be written down: from then on a restart forgets. */
  constructor(
    private readonly journal: Journal,
    private readonly onLost: (error: unknown) => void,
  ) {
    this.#settings = journal.map<string>('settings');
  }

  /**
   * What a receiver of before, of the same name, wrote down.
   *
   * @param settings with other settings than that one's, attempts and rests start anew.
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

  /** Resolves once all of it is written. Never rejects: what cannot be written is counted in memory alone. */
  async written(): Promise<void> {
    try {
      await this.journal.written();
    } catch (error) {
      if (!this.#lost) warnIfThrown('a journal that cannot be written', () => this.onLost(error));
      this.#lost = true;
    }
  }
}

/** What was acknowledged stays so; everything else gets another chance, though not for the first time. */
function forgetRests(kept: KeptMap<Remembered>, only?: string): void {
  for (const objectID of only === undefined ? Array.from(kept.keys()) : [only]) {
    const before = kept.get(objectID);
    if (!before) continue;
    const { charged: _, end, untold: _told, ...remembered } = before;
    const rests = end === undefined || end === 'resting' || end === 'rejected';
    kept.set(objectID, { ...remembered, spent: 0, inHand: false, ...(!rests && { end }) });
  }
}
