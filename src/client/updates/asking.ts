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

/** Passes what a flow says about an object to the receiver that has it in hand. */
export class Asking {
  constructor(
    private readonly readers: Readers,
    private readonly acknowledgements: Acknowledgements,
    private readonly direct: DirectAcknowledgements,
  ) {}

  /**
   * Acknowledges an object for the receiver that has it in hand: the named one, or else another; if none has it,
   * directly. After a restart this waits for the receivers that have not seen a list yet, since that may bring it to
   * them.
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
   * Says something about an object on behalf of the receiver that has it in hand: the named one, or else another. After
   * a restart this waits until the receivers that may have it have seen a list.
   *
   * @returns false if none has it, and none will.
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

  /** @returns undefined if no receiver here has the object, and no acknowledgement of it is known. */
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
    // It shares the outcome of what was asked for before.
    if (newer && checkVersion && underWay) return this.#joined(underWay, speaker, how, onWait);
    if (newer) {
      // The newer version may already be in acknowledgement for siblings: that is left as it is.
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

  /**
   * The version as the speaking receiver has it; or else as a sibling has it, which is then waited for; or as the
   * speaking receiver had it before a restart.
   */
  #known(settlement: Settlement, objectID: string, named: string | undefined): KnownVersion | undefined {
    return (
      settlement.find(objectID, named) ??
      this.#ofSibling(objectID, named) ??
      settlement.recall(objectID, named)
    );
  }

  /**
   * Joins an acknowledgement that is already under way, for a receiver that may get the object only later: after a
   * restart, with another list.
   */
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
    // A version that others have not consumed yet may no longer be in hand here, and must not be counted again.
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
   * Whose word it is: that of the named receiver if it is known here, whatever it has by now, since one receiver does
   * not speak for a sibling; otherwise that of one that has the object. The latter covers a receiver that was removed
   * or renamed: its word would otherwise be nobody's, and go to the service without waiting for anybody.
   */
  #speaker(name: string | undefined, object: ObjectInFlow): string | undefined {
    if (name !== undefined && this.readers.settlementOf(name)) return name;
    return this.readers.nameOfOneWith(object.objectID, versionIn(object));
  }

  #ofSibling(objectID: string, version: string | undefined): Readonly<Entry> | undefined {
    const sibling = version === undefined ? undefined : this.readers.nameOfOneWith(objectID, version);
    return sibling === undefined ? undefined : this.readers.settlementOf(sibling)?.find(objectID, version);
  }

  /** Whether a version is being acknowledged, on behalf of that receiver or directly. */
  isAsked(name: string, objectID: string, version: string): boolean {
    if (this.direct.isUnderWay(objectID, version)) return true;
    return this.acknowledgements.get(objectID, version)?.askers.has(name) ?? false;
  }

  /** What the ledger of a receiver must know about its siblings. */
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
