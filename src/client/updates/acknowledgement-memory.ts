import type { KeptMap } from '../../storage/journal';
import { nameOf } from '../objects/names';
import type { Taken } from './acknowledgement';
import { type AcknowledgementRequest, Acknowledging } from './acknowledging';

/** What is kept in the journal about an acknowledgement that a flow asked for and that is not answered yet. */
export interface RememberedAcknowledgement extends AcknowledgementRequest {
  objectType: string;
  /** The names of the receivers that asked, and of those still waited for. */
  askers: string[];
  awaited: string[];
  /** Whether it may have reached the service; with several consumers noted before it is sent, as each one counts. */
  sent: boolean;
}

/** What is kept in the journal about a version that this application has acknowledged and others have not yet. */
export interface RememberedDone {
  objectType: string;
  version: string;
  taken: Taken;
}

/** A client's acknowledgements under way, kept in the journal until they are answered. */
export class AcknowledgementMemory {
  constructor(
    private readonly kept: KeptMap<RememberedAcknowledgement>,
    private readonly done: KeptMap<RememberedDone>,
    private readonly written: () => Promise<void>,
  ) {}

  /** The object types that have acknowledgements under way. */
  objectTypes(): Set<string> {
    return new Set(Array.from(this.kept.values(), ({ objectType }) => objectType));
  }

  /** The names of the receivers that the acknowledgements of a type still waited for. */
  awaited(objectType: string): Set<string> {
    const ofType = Array.from(this.kept.values()).filter(
      (remembered) => remembered.objectType === objectType,
    );
    return new Set(ofType.flatMap(({ awaited }) => awaited));
  }

  /** The acknowledgements of a type that an earlier process left under way. */
  recall(objectType: string): Acknowledging[] {
    return Array.from(this.kept.values())
      .filter((remembered) => remembered.objectType === objectType)
      .map(({ askers, awaited, sent, objectType: _, ...request }) => {
        const acknowledging = new Acknowledging(request, awaited);
        acknowledging.recall(askers);
        if (sent) acknowledging.resume();
        return acknowledging;
      });
  }

  remember(objectType: string, acknowledging: Acknowledging, awaited: string[]): void {
    const { askers, phase, request, sent, taken, trying } = acknowledging;
    const key = nameOf({ objectType, objectID: request.objectID });
    const remembered: RememberedAcknowledgement = {
      ...request,
      objectType,
      askers: [...askers],
      awaited,
      // With several consumers each one counts: after a restart it must be known that one may have been sent.
      sent: sent || (phase === 'running' && request.consumers > 1 && trying === taken),
    };
    const before = this.kept.get(key);
    if (!before || !isSame(before, remembered)) this.kept.set(key, remembered);
    // Tries again to write what the disk has refused before.
    else void this.written();
  }

  async beforeSending(objectType: string, acknowledging: Acknowledging): Promise<void> {
    if (acknowledging.request.consumers <= 1) return;
    this.remember(objectType, acknowledging, []);
    await this.written();
  }

  forget(objectType: string, objectID: string): void {
    this.kept.delete(nameOf({ objectType, objectID }));
  }

  /** Versions of a type acknowledged here but not yet by others: they stay listed, and must not be counted again. */
  recallDone(objectType: string): Map<string, RememberedDone> {
    const ofType = Array.from(this.done).filter(([, done]) => done.objectType === objectType);
    return new Map(ofType.map(([key, done]) => [key.slice(objectType.length + 1), done]));
  }

  rememberDone(objectID: string, done: RememberedDone): void {
    this.done.set(nameOf({ objectType: done.objectType, objectID }), done);
  }

  forgetDone(objectType: string, objectID: string): void {
    this.done.delete(nameOf({ objectType, objectID }));
  }
}

/** What may change while a version is being acknowledged, apart from the lists of names. */
const changing = ['version', 'how', 'sent', 'checkVersion', 'deleted', 'consumers'] as const;

/** Whether nothing has changed; this runs for each acknowledgement at each list. */
function isSame(a: RememberedAcknowledgement, b: RememberedAcknowledgement): boolean {
  const isAlike = changing.every((field) => a[field] === b[field]);
  return isAlike && isSameList(a.askers, b.askers) && isSameList(a.awaited, b.awaited);
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
