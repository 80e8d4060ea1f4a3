import type { ObjectMetadata } from '../../protocol/metadata';
import type { CallOptions } from '../connection/options';
import type { ObjectReference } from '../objects/names';
import type { AcknowledgeOutcome } from './acknowledge';
import type { Acknowledgements } from './acknowledgements';
import type { Acknowledgement, Entry } from './entry';
import type { Siblings } from './ledger';
import type { Readers } from './readers';
import type { UpdateReceiver } from './receiver';
import type { AcknowledgeOptions } from './receiver-options';
import type { Settlement } from './settlement';
import { versionIn } from './version';

export type DirectAcknowledgement = (
  object: ObjectReference & Partial<ObjectMetadata>,
  how: Acknowledgement,
  options: AcknowledgeOptions & CallOptions,
) => Promise<AcknowledgeOutcome>;

interface Tracked {
  objectID: string;
  /** Undefined for whichever is current. */
  version: string | undefined;
}

/** What a flow says of an object, brought to the receiver that has it in hand. */
export class Asking {
  readonly #underWay = new Set<Tracked>();

  constructor(
    private readonly readers: Readers,
    private readonly acknowledgements: Acknowledgements,
    private readonly acknowledgeDirectly: DirectAcknowledgement,
  ) {}

  /**
   * Acknowledges an object for the receiver that has it in hand: of that name, or another; where none has, by itself.
   * Who has not seen a list yet, after a restart, may have it once it has.
   */
  acknowledge(
    name: string | undefined,
    object: ObjectReference & Partial<ObjectMetadata>,
    how: Acknowledgement,
    options: AcknowledgeOptions & CallOptions,
  ): Promise<AcknowledgeOutcome> {
    const asked = this.#ask(name, object, how, options);
    if (asked) return asked;
    const listed = this.readers.untilListed();
    if (!listed) return this.#direct(object, how, options);
    return listed.then(() => this.acknowledge(name, object, how, options));
  }

  /**
   * Says something of an object for the receiver that has it in hand: of that name, or of one that has. After a restart
   * it is said once those that may have it have seen a list.
   *
   * @returns false where none has it, and none will.
   */
  say(
    name: string | undefined,
    object: ObjectReference & Partial<ObjectMetadata>,
    word: (to: UpdateReceiver) => void,
  ): boolean {
    const speaker = this.#speaker(name, object);
    const reader = this.readers.present().find(({ receiver }) => receiver.name === speaker);
    if (reader?.inHand.asked.find(object.objectID, versionIn(object))) {
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
    object: ObjectReference & Partial<ObjectMetadata>,
    how: Acknowledgement,
    options: AcknowledgeOptions,
  ): Promise<AcknowledgeOutcome> | undefined {
    const { checkVersion = true, onWait } = options;
    const { objectID } = object;
    const named = versionIn(object);
    const speaker = this.#speaker(name, object);
    const asked = speaker === undefined ? undefined : this.readers.asked(speaker);
    // Siblings that have it are waited for, whatever the one who speaks has by now.
    const entry =
      asked?.find(objectID, named) ?? this.#ofSibling(objectID, named) ?? asked?.recall(objectID, named);
    if (speaker === undefined || !asked || !entry) return this.#join(speaker, objectID, named, how, onWait);
    const { consumers, deleted, taken, version } = entry;
    // A copy that was handed out again must not count as a second consumer.
    const isDone = entry.state === 'acknowledged' && (taken === how || taken !== 'received');
    if (taken && isDone) return Promise.resolve(taken);
    asked.ask(objectID, version);
    const { newer } = entry;
    // What was asked for before has the same end.
    if (newer && checkVersion && this.acknowledgements.get(objectID, version))
      return this.#join(speaker, objectID, version, how, onWait);
    if (newer) {
      // The newer one may be in acknowledgement by now, for siblings: it stays there.
      asked.outdated(objectID, version);
      return checkVersion ? Promise.resolve('superseded') : this.#ask(name, newer, how, options);
    }
    const done = this.acknowledgements.done.find(objectID, version, how);
    if (done) {
      asked.taken(objectID, version, done);
      return Promise.resolve(done);
    }
    const acknowledging =
      this.acknowledgements.get(objectID, version) ??
      this.acknowledgements.begin({ objectID, version, deleted, consumers, checkVersion, how });
    acknowledging.asks(speaker, how, onWait);
    this.acknowledgements.reconsider(acknowledging);
    return acknowledging.outcome;
  }

  /** What is under way already is asked for by one more, who may get it later: after a restart, with another list. */
  #join(
    speaker: string | undefined,
    objectID: string,
    version: string | undefined,
    how: Acknowledgement,
    onWait: AcknowledgeOptions['onWait'],
  ): Promise<AcknowledgeOutcome> | undefined {
    const underWay = version === undefined ? undefined : this.acknowledgements.get(objectID, version);
    // What others have not consumed yet may be in nobody's hands here by now, and must not count again.
    const done = version === undefined ? undefined : this.acknowledgements.done.find(objectID, version, how);
    if (!underWay && done) return Promise.resolve(done);
    if (!underWay || speaker === undefined) return underWay?.outcome;
    underWay.asks(speaker, how, onWait);
    this.acknowledgements.reconsider(underWay);
    return underWay.outcome;
  }

  /**
   * Whose word it is: that of the receiver that is named and known here, whatever it has by now, or else of one that has
   * the object: what one says is not said for a sibling. The word of one that was removed, or has another name by now, is
   * such a word, too: it would else be nobody's, and asked of the service without waiting for anybody.
   */
  #speaker(name: string | undefined, object: ObjectReference & Partial<ObjectMetadata>): string | undefined {
    if (name !== undefined && this.readers.asked(name)) return name;
    return this.readers.nameOfOneWith(object.objectID, versionIn(object));
  }

  #ofSibling(objectID: string, version: string | undefined): Readonly<Entry> | undefined {
    const sibling = version === undefined ? undefined : this.readers.nameOfOneWith(objectID, version);
    return sibling === undefined ? undefined : this.readers.asked(sibling)?.find(objectID, version);
  }

  /** What nobody has in hand is acknowledged all the same; a list that shows it meanwhile hands it to nobody. */
  async #direct(
    object: ObjectReference & Partial<ObjectMetadata>,
    how: Acknowledgement,
    options: AcknowledgeOptions & CallOptions,
  ): Promise<AcknowledgeOutcome> {
    const tracked = { objectID: object.objectID, version: versionIn(object) };
    this.#underWay.add(tracked);
    let outcome: AcknowledgeOutcome | undefined;
    try {
      outcome = await this.acknowledgeDirectly(object, how, options);
      this.#noteTaken(object, outcome, options);
      return outcome;
    } finally {
      this.#underWay.delete(tracked);
      for (const { inHand } of this.readers.present()) this.#settle(inHand.asked, tracked, outcome);
    }
  }

  /** Lists may show it again, and then it is handed out as if it were new. */
  #noteTaken(
    object: Partial<ObjectMetadata> & ObjectReference,
    outcome: AcknowledgeOutcome,
    { checkVersion = true }: AcknowledgeOptions,
  ): void {
    const version = versionIn(object);
    if (!checkVersion || version === undefined || outcome === 'superseded' || outcome === 'gone') return;
    const { consumers = 1, deleted, objectID } = object;
    this.acknowledgements.noteTaken({ consumers: deleted ? 1 : consumers, objectID, version }, outcome);
  }

  /** Whether a version is being acknowledged: in the name of that receiver, or of nobody. */
  isAsked(name: string, objectID: string, version: string): boolean {
    for (const direct of this.#underWay) {
      if (direct.objectID === objectID && (direct.version ?? version) === version) return true;
    }
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
    this.readers.asked(name)?.ask(objectID, version);
    acknowledging.asks(name, how, undefined);
    this.acknowledgements.reconsider(acknowledging);
  }

  #settle(asked: Settlement, { objectID, version }: Tracked, outcome: AcknowledgeOutcome | undefined): void {
    const entry = asked.find(objectID, version);
    if (!entry || this.acknowledgements.get(objectID, entry.version)) return;
    if (outcome === undefined) asked.letGo(objectID, entry.version);
    else if (outcome === 'superseded' || outcome === 'gone') asked.outdated(objectID, entry.version);
    else asked.taken(objectID, entry.version, outcome);
  }
}
