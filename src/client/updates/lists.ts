import type { Acknowledgements } from './acknowledgements';
import type { Readers } from './readers';
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
  async read(list: number, signal: AbortSignal): Promise<void> {
    const readers = this.readers.present();
    for (const { inHand } of readers) inHand.listed.begin();
    await this.source.readUpdates(this.objectType, { signal }, (object) => {
      for (const { accepts, inHand } of readers) if (accepts(object)) inHand.listed.offer(object, list);
      this.acknowledgements.show(object.objectID, versionOf(object), list, false);
    });
    for (const reader of readers) {
      reader.inHand.listed.end(list);
      reader.listed = true;
    }
    this.readers.noteListed();
    const isWanted = readers.some(
      ({ inHand, wantsReceived }) => wantsReceived || inHand.listed.needsReceivedList,
    );
    if (isWanted || this.acknowledgements.needReceivedList(list)) {
      // What the plain list has brought need not wait for this one.
      for (const { receiver } of readers) receiver.stateChanged();
      await this.#readReceived(list, signal);
    }
    for (const reader of readers) {
      if (!reader.pruned) reader.inHand.listed.prune();
      reader.pruned = true;
    }
    this.acknowledgements.endLists(list);
    this.acknowledgements.reconsiderAll();
  }

  /** Asked for until it was answered once: a plain list never shows what it does. */
  async #readReceived(list: number, signal: AbortSignal): Promise<void> {
    // Who has come meanwhile has not seen the plain list.
    const readers = this.readers.present().filter(({ listed }) => listed);
    await this.source.readUpdates(this.objectType, { signal, received: true }, (object) => {
      for (const { accepts, inHand, wantsReceived } of readers) {
        if (accepts(object)) inHand.listed.offerReceived(object, list, wantsReceived);
      }
      this.acknowledgements.show(object.objectID, versionOf(object), list, true);
    });
    for (const reader of readers) {
      reader.inHand.listed.endReceived(list);
      reader.wantsReceived = false;
    }
  }
}
