import type { Appearance } from '../service/publications';
import type { Joint } from './joint';
import type { Reader } from './reader';

/** What lists have told the receivers. */
export class Told {
  /** Answers of polls that arrived at the client. */
  polls = 0;

  constructor(
    private readonly readers: readonly Reader[],
    private readonly joint: Joint,
  ) {}

  /** A poll asks for its list. Whoever comes while that is on its way has not asked for it: its own is the next one. */
  asked(): void {
    for (const reader of this.readers) reader.sees = reader.isKnown;
  }

  /** The answer of a poll arrived, as the service gave it. */
  plain(shown: readonly Appearance[], now: number): void {
    this.polls += 1;
    const told = byID(shown);
    for (const reader of this.readers) {
      if (!reader.isKnown || !reader.isShown()) continue;
      if (!reader.plan.includeReceived) reader.doubtReceived();
      // What it shows no more may be marked received: the other list, which comes next, has the word.
      for (const [objectID, appearance] of reader.told ?? [])
        if (isOpen(reader, appearance)) reader.toldReceived?.set(objectID, appearance);
      reader.told = told;
      // What it shows was not marked received.
      for (const objectID of told.keys()) reader.toldReceived?.delete(objectID);
      reader.takeEarly(now);
      reader.forgetUntold();
    }
    this.joint.reconsider(now);
  }

  /** The answer of a poll had nothing that could be read: whoever gets two such as its first is told of nothing. */
  nothing(now: number): void {
    this.polls += 1;
    for (const reader of this.readers) {
      if (!reader.isKnown || !reader.sees || reader.told) continue;
      if (reader.glimpsed) reader.told = new Map();
      reader.glimpsed = true;
    }
    this.joint.reconsider(now);
  }

  /** The same of the list with what was marked received. */
  nothingReceived(now: number): void {
    for (const reader of this.readers) {
      if (!reader.isKnown || !reader.told || reader.toldReceived || !reader.plan.includeReceived) continue;
      if (reader.glimpsedReceived) reader.toldReceived = new Map();
      reader.glimpsedReceived = true;
    }
    this.joint.reconsider(now);
  }

  /** The answer of a poll broke off after these. */
  partly(shown: readonly Appearance[]): void {
    for (const reader of this.readers) {
      if (reader.isKnown) for (const appearance of shown) reader.tell(appearance);
    }
  }

  /** The same, with what was marked received. */
  received(shown: readonly Appearance[], now: number): void {
    for (const reader of this.readers) {
      const { told } = reader;
      if (!reader.isKnown || !told) continue;
      // What it was told once, later lists can only take away.
      const before = reader.toldReceived;
      const isNews = ({ objectID, version }: Appearance): boolean => {
        const isLater = !told.has(objectID) && has(reader, objectID);
        if (!reader.plan.includeReceived) return isLater;
        return before
          ? before.has(objectID) || rests(reader, objectID, version) || isLater
          : !told.has(objectID);
      };
      reader.toldReceived = byID(shown.filter(isNews));
      reader.perhapsTold = undefined;
      reader.takeEarly(now);
    }
    this.joint.reconsider(now);
  }
}

/** Whether it is still to be acknowledged. */
function isOpen(reader: Reader, { objectID, version }: Appearance): boolean {
  const standing = reader.claim(objectID, version)?.standing;
  return standing !== 'asked' && standing !== 'settled';
}

/** What rests is known as long as a list shows it: somebody may have it tried again. */
function rests(reader: Reader, objectID: string, version: string): boolean {
  const standing = reader.claim(objectID, version)?.standing;
  return standing === 'rejected' || standing === 'resting';
}

/** A version that came after the plain list takes the place of the one that its flow has, or has asked for. */
function has(reader: Reader, objectID: string): boolean {
  return reader.on(objectID).some(({ standing }) => standing === 'asked' || standing === 'in the flow');
}

function byID(shown: readonly Appearance[]): Map<string, Appearance> {
  return new Map(shown.map((appearance) => [appearance.objectID, appearance]));
}
