import type { EndSignal } from '../../system/ending';
import type { ListedObject } from '../objects/listed-object';
import type { Acknowledgements } from './acknowledgements';
import type { Reader, Readers } from './readers';
import { isAwaited, type Reading, sightAfter } from './sight';
import type { UpdateSource } from './source';
import { versionOf } from './version';

/** Reads the lists of an object type for all its receivers, and for the acknowledgements that were not answered. */
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
    const reading = await this.#readList(readers, false, signal, (object) => {
      for (const { accepts, inHand } of readers) {
        if (!accepts || accepts(object.view)) inHand.listed.offer(object, list);
      }
      this.acknowledgements.show(object.objectID, versionOf(object), list, false);
    });
    for (const reader of readers) {
      reader.inHand.listed.end(list, reading === 'whole', wantsReceived(reader));
      reader.plain = sightAfter(reader.plain, reading);
    }
    this.readers.noteListed();
    // Acknowledgements that need this list depend on it; otherwise it does not matter whether it was whole.
    const isNeeded = this.acknowledgements.needReceivedList(list);
    let isWhole = reading === 'whole';
    if (isNeeded || this.#isReceivedWanted()) {
      // What the plain list has brought need not wait for this one.
      for (const { receiver } of readers) receiver.stateChanged();
      const received = await this.#readReceived(list, signal);
      isWhole &&= received === 'whole' || !isNeeded;
    }
    if (isWhole) this.#endLists(readers, list);
    this.acknowledgements.reconsiderAll();
  }

  #isReceivedWanted(): boolean {
    return this.readers
      .present()
      .some(
        (reader) => hasPlain(reader) && (wantsReceived(reader) || reader.inHand.listed.needsReceivedList),
      );
  }

  /** The lists were read and left nothing out: only such lists tell what is gone. */
  #endLists(readers: readonly Reader[], list: number): void {
    for (const reader of readers) {
      // A receiver that was away while the plain list was read may still get from the other list what it has noted.
      if (reader.pruned || wantsReceived(reader)) continue;
      reader.inHand.listed.prune();
      reader.pruned = true;
    }
    this.acknowledgements.endLists(list);
  }

  /** Reads the list that includes what was marked received: plain lists never show that. */
  async #readReceived(list: number, signal: EndSignal): Promise<Reading> {
    // A receiver that has joined meanwhile has not seen the plain list.
    const readers = this.readers.all().filter(hasPlain);
    const reading = await this.#readList(readers, true, signal, (object) => {
      for (const reader of readers) {
        const { accepts, inHand } = reader;
        if (!accepts || accepts(object.view))
          inHand.listed.offerReceived(object, list, wantsReceived(reader));
      }
      this.acknowledgements.show(object.objectID, versionOf(object), list, true);
    });
    for (const reader of readers) {
      if (reading === 'whole') reader.inHand.listed.endReceived(list);
      reader.received = sightAfter(reader.received, reading);
    }
    this.readers.noteListed();
    return reading;
  }

  /** A list that is not whole does not tell what is gone. */
  async #readList(
    readers: readonly Reader[],
    received: boolean,
    signal: EndSignal,
    onUpdate: (object: ListedObject) => void,
  ): Promise<Reading> {
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
    if (isWhole) return 'whole';
    return isOfNothing ? 'unreadable' : 'part';
  }

  /** Whether an empty list would mean that something is gone, or was taken. */
  #wouldTell(readers: readonly Reader[], received: boolean): boolean {
    const isMissed = readers.some(({ inHand }) => inHand.listed.misses(received));
    return isMissed || this.acknowledgements.goByLists(received);
  }
}

function hasPlain({ plain }: Reader): boolean {
  return !isAwaited(plain);
}

function wantsReceived({ received }: Reader): boolean {
  return received !== 'seen';
}
