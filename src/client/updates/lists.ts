import type { EndSignal } from '../../system/ending';
import type { ListedObject } from '../objects/listed-object';
import type { Acknowledgements } from './acknowledgements';
import type { Reader, Readers } from './readers';
import type { UpdateSource } from './source';
import { versionOf } from './version';

/** Reads the lists of an object type for all its receivers, and for the acknowledgements whose answers did not come. */
export class Lists {
  constructor(
    private readonly objectType: string,
    private readonly source: UpdateSource,
    private readonly readers: Readers,
    private readonly acknowledgements: Acknowledgements,
  ) {}

  /** @param list its number. */
  async read(list: number, signal: EndSignal): Promise<void> {
    const readers = this.readers.all();
    for (const { inHand } of readers) inHand.listed.begin(list);
    let isWhole = await this.#readWhole(readers, false, signal, (object) => {
      for (const { accepts, inHand } of readers) {
        if (!accepts || accepts(object.view)) inHand.listed.offer(object, list);
      }
      this.acknowledgements.show(object.objectID, versionOf(object), list, false);
    });
    for (const reader of readers) {
      reader.inHand.listed.end(list, isWhole, reader.wantsReceived);
      // What was left out may be what is handed to others: but one that is never read must not be waited for for ever.
      reader.listed ||= isWhole || reader.glimpsed;
      reader.glimpsed = true;
    }
    this.readers.noteListed();
    const isWanted = this.readers
      .present()
      .some(
        ({ inHand, listed, wantsReceived }) => listed && (wantsReceived || inHand.listed.needsReceivedList),
      );
    if (isWanted || this.acknowledgements.needReceivedList(list)) {
      // What the plain list has brought need not wait for this one.
      for (const { receiver } of readers) receiver.stateChanged();
      isWhole = (await this.#readReceived(list, signal)) && isWhole;
    }
    if (isWhole) this.#endLists(readers, list);
    this.acknowledgements.reconsiderAll();
  }

  /** They were read, and left nothing out: only such lists tell what is gone. */
  #endLists(readers: readonly Reader[], list: number): void {
    for (const reader of readers) {
      // One that was away while the plain list was read may get from the other one what it has written down.
      if (reader.pruned || reader.wantsReceived) continue;
      reader.inHand.listed.prune();
      reader.pruned = true;
    }
    this.acknowledgements.endLists(list);
  }

  /** Asked for until it was answered whole, or twice: a plain list never shows what it does. */
  async #readReceived(list: number, signal: EndSignal): Promise<boolean> {
    // Who has come meanwhile has not seen the plain list.
    const readers = this.readers.all().filter(({ listed }) => listed);
    const isWhole = await this.#readWhole(readers, true, signal, (object) => {
      for (const { accepts, inHand, wantsReceived } of readers) {
        if (!accepts || accepts(object.view)) inHand.listed.offerReceived(object, list, wantsReceived);
      }
      this.acknowledgements.show(object.objectID, versionOf(object), list, true);
    });
    for (const reader of readers) {
      if (isWhole) reader.inHand.listed.endReceived(list);
      // As with plain lists: what is never read must not be waited for for ever.
      if (isWhole || reader.glimpsedReceived) reader.wantsReceived = false;
      reader.glimpsedReceived = true;
    }
    this.readers.noteListed();
    return isWhole;
  }

  /** @returns whether nothing had to be left out: else the list does not tell what is gone. */
  async #readWhole(
    readers: readonly Reader[],
    received: boolean,
    signal: EndSignal,
    onUpdate: (object: ListedObject) => void,
  ): Promise<boolean> {
    let isWhole = true;
    let isOfNothing = true;
    const onLeftOut = (): void => {
      isWhole = false;
    };
    await this.source.readUpdates(this.objectType, { signal, received, onLeftOut }, (object) => {
      isOfNothing = false;
      onUpdate(object);
    });
    if (isWhole && isOfNothing && this.#wouldTell(readers, received)) await this.source.checkKind();
    return isWhole;
  }

  /** Whether a list of nothing would tell that something is gone, or was taken. */
  #wouldTell(readers: readonly Reader[], received: boolean): boolean {
    const isMissed = readers.some(({ inHand }) => inHand.listed.misses(received));
    return isMissed || this.acknowledgements.goByLists(received);
  }
}
