import type { ObjectMetadata } from '../../protocol/metadata';
import type { ObjectReference } from '../objects/names';
import type { AcknowledgeOutcome } from './acknowledge';
import type { Acknowledgements } from './acknowledgements';
import type { Acknowledgement } from './entry';
import type { Readers } from './readers';
import type { AcknowledgeOptions } from './receiver-options';
import { versionIn } from './version';

/** What a flow says of an object, brought to the receiver that has it in hand. */
export class Asking {
  constructor(
    private readonly readers: Readers,
    private readonly acknowledgements: Acknowledgements,
  ) {}

  /** See Feed.holder. */
  holder(name: string | undefined, object: ObjectReference & Partial<ObjectMetadata>): string | undefined {
    const version = versionIn(object);
    if (name !== undefined && this.readers.asked(name)?.find(object.objectID, version)) return name;
    return this.readers.nameOfOneWith(object.objectID, version);
  }

  /** @returns undefined where nothing here has the object, and nothing acknowledges it. */
  ask(
    name: string,
    object: ObjectReference & Partial<ObjectMetadata>,
    how: Acknowledgement,
    { checkVersion = true, onWait }: AcknowledgeOptions,
  ): Promise<AcknowledgeOutcome> | undefined {
    const { objectID } = object;
    const named = versionIn(object);
    const asked = this.readers.asked(name);
    const entry = asked?.find(objectID, named);
    if (!asked || !entry) {
      return named === undefined ? undefined : this.acknowledgements.get(objectID, named)?.outcome;
    }
    const { consumers, deleted, taken, version } = entry;
    // A copy that was handed out again must not count as a second consumer.
    const isDone = entry.state === 'acknowledged' && (taken === how || taken !== 'received');
    if (taken && isDone) return Promise.resolve(taken);
    asked.ask(objectID, version);
    const acknowledging =
      this.acknowledgements.get(objectID, version) ??
      this.acknowledgements.begin({ objectID, version, deleted, consumers, checkVersion, how });
    acknowledging.asks(name, how, onWait);
    this.acknowledgements.reconsider(acknowledging);
    return acknowledging.outcome;
  }
}
