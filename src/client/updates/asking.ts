import type { CallOptions } from '../connection/options';
import type { Acknowledgement, AcknowledgeOutcome } from './acknowledgement';
import type { Acknowledgements } from './acknowledgements';
import type { Acknowledging } from './acknowledging';
import type { DirectAcknowledgements } from './direct-acknowledgements';
import type { Entry } from './entry';
import type { Readers } from './readers';
import type { UpdateReceiver } from './receiver';
import type { AcknowledgeOptions } from './receiver-options';
import type { KnownVersion, Settlement } from './settlement';
import type { Siblings } from './siblings';
import { type ObjectInFlow, versionIn } from './version';

/** What a flow says of an object, brought to the receiver that has it in hand. */
export class Asking {
  constructor(
    private readonly readers: Readers,
    private readonly acknowledgements: Acknowledgements,
    private readonly direct: DirectAcknowledgements,
  ) {}

  /**
   * Acknowledges an object for the receiver that has it in hand: of that name, or another; where none has, by itself.
   * Who has not seen a list yet, after a restart, may have it once it has.
   */
  acknowledge(
    name: string | undefined,
    object: ObjectInFlow,
    how: Acknowledgement,
    options: AcknowledgeOptions & CallOptions,
  ): Promise<AcknowledgeOutcome> {
    const asked = this.#ask(name, object, how, options);
    if (asked) return asked;
    const listed = this.readers.untilListed();
    if (!listed) return this.direct.acknowledge(object, how, options);
    return listed.then(() => this.acknowledge(name, object, how, options));
  }

  /**
   * Says something of an object for the receiver that has it in hand: of that name, or of one that has. After a restart
   * it is said once those that may have it have seen a list.
   *
   * @returns false where none has it, and none will.
   */
  say(name: string | undefined, object: ObjectInFlow, word: (to: UpdateReceiver) => void): boolean {
    const speaker = this.#speaker(name, object);
    const reader = this.readers.present().find(({ receiver }) => receiver.name === speaker);
    if (reader?.inHand.settlement.find(object.objectID, versionIn(object))) {
      word(reader.receiver);
      return true;
    }
    const listed = this.readers.untilListed();
    void listed?.then(() => this.say(name, object, word));
    return listed !== undefined;
  }

  /** @returns undefined where nothing here has the object, and nothing acknowledges it. */
  #ask(
    name: string | undefined,
    object: ObjectInFlow,
    how: Acknowledgement,
    options: AcknowledgeOptions,
  ): Promise<AcknowledgeOutcome> | undefined {
    const { checkVersion = true, onWait } = options;
    const { objectID } = object;
    const named = versionIn(object);
    const speaker = this.#speaker(name, object);
    const settlement = speaker === undefined ? undefined : this.readers.settlementOf(speaker);
    const known = settlement && this.#known(settlement, objectID, named);
    if (speaker === undefined || !known) return this.#join(speaker, objectID, named, how, onWait);
    const { consumers, deleted, newer, state, taken, version } = known;
    // A copy that was handed out again must not count as a second consumer.
    if (taken && state === 'acknowledged' && (taken === how || taken !== 'received'))
      return Promise.resolve(taken);
    settlement.ask(objectID, version);
    const underWay = this.acknowledgements.get(objectID, version);
    // What was asked for before has the same end.
    if (newer && checkVersion && underWay) return this.#joined(underWay, speaker, how, onWait);
    if (newer) {
      // The newer one may be in acknowledgement by now, for siblings: it stays there.
      settlement.outdated(objectID, version);
      return checkVersion ? Promise.resolve('superseded') : this.#ask(name, newer, how, options);
    }
    const done = this.acknowledgements.done.find(objectID, version, how);
    if (done) {
      settlement.taken(objectID, version, done);
      return Promise.resolve(done);
    }
    const request = { objectID, version, deleted, consumers, checkVersion, how };
    return this.#joined(underWay ?? this.acknowledgements.begin(request), speaker, how, onWait);
  }

  /** What the one who speaks has, or else siblings: these are waited for. Or what it had before a restart. */
  #known(settlement: Settlement, objectID: string, named: string | undefined): KnownVersion | undefined {
    return (
      settlement.find(objectID, named) ??
      this.#ofSibling(objectID, named) ??
      settlement.recall(objectID, named)
    );
  }

  /** What is under way already is asked for by one more, who may get it later: after a restart, with another list. */
  #join(
    speaker: string | undefined,
    objectID: string,
    version: string | undefined,
    how: Acknowledgement,
    onWait: AcknowledgeOptions['onWait'],
  ): Promise<AcknowledgeOutcome> | undefined {
    if (version === undefined) return undefined;
    const underWay = this.acknowledgements.get(objectID, version);
    if (underWay)
      return speaker === undefined ? underWay.outcome : this.#joined(underWay, speaker, how, onWait);
    // What others have not consumed yet may be in nobody's hands here by now, and must not count again.
    const done = this.acknowledgements.done.find(objectID, version, how);
    return done && Promise.resolve(done);
  }

  #joined(
    acknowledging: Acknowledging,
    speaker: string,
    how: Acknowledgement,
    onWait: AcknowledgeOptions['onWait'],
  ): Promise<AcknowledgeOutcome> {
    acknowledging.asks(speaker, how, onWait);
    this.acknowledgements.reconsider(acknowledging);
    return acknowledging.outcome;
  }

  /**
   * Whose word it is: that of the receiver that is named and known here, whatever it has by now, or else of one that has
   * the object: what one says is not said for a sibling. The word of one that was removed, or has another name by now, is
   * such a word, too: it would else be nobody's, and asked of the service without waiting for anybody.
   */
  #speaker(name: string | undefined, object: ObjectInFlow): string | undefined {
    if (name !== undefined && this.readers.settlementOf(name)) return name;
    return this.readers.nameOfOneWith(object.objectID, versionIn(object));
  }

  #ofSibling(objectID: string, version: string | undefined): Readonly<Entry> | undefined {
    const sibling = version === undefined ? undefined : this.readers.nameOfOneWith(objectID, version);
    return sibling === undefined ? undefined : this.readers.settlementOf(sibling)?.find(objectID, version);
  }

  /** Whether a version is being acknowledged: in the name of that receiver, or of nobody. */
  isAsked(name: string, objectID: string, version: string): boolean {
    if (this.direct.isUnderWay(objectID, version)) return true;
    return this.acknowledgements.get(objectID, version)?.askers.has(name) ?? false;
  }

  /** What the ledger of a receiver must know of its siblings. */
  siblingsOf(name: string): Siblings {
    return {
      isAsked: (objectID, version) => this.isAsked(name, objectID, version),
      wanted: () => this.acknowledgements.wantedOf(name),
      waiting: () => this.acknowledgements.waitingOf(name),
      askAgain: (entry) => this.#askAgain(name, entry),
      reconsider: () => queueMicrotask(() => this.acknowledgements.reconsiderAll()),
    };
  }

  #askAgain(name: string, { consumers, deleted, objectID, taken, version }: Readonly<Entry>): void {
    const how = taken === 'received' ? 'received' : 'consumed';
    const request = { objectID, version, deleted, consumers, checkVersion: true, how } as const;
    const acknowledging =
      this.acknowledgements.get(objectID, version) ?? this.acknowledgements.begin(request);
    this.readers.settlementOf(name)?.ask(objectID, version);
    void this.#joined(acknowledging, name, how, undefined);
  }
}
