import type { KeptMap } from '../../storage/journal';
import { nameOf } from '../objects/names';
import type { Taken } from './acknowledgement';
import { type AcknowledgementRequest, Acknowledging } from './acknowledging';

/** What is written down of an acknowledgement that a flow asked for, and that is not answered yet. */
export interface RememberedAcknowledgement extends AcknowledgementRequest {
  objectType: string;
  /** The names of the receivers that asked, and of those that were still waited for. */
  askers: string[];
  awaited: string[];
  /** Whether it may have reached the service: noted where each one counts. */
  sent: boolean;
}

/** What is written down of a version that this application has acknowledged, and that others have not yet. */
export interface RememberedDone {
  objectType: string;
  version: string;
  taken: Taken;
}

/** The acknowledgements under way of one client, written down until they are answered. */
export class AcknowledgementMemory {
  constructor(
    private readonly kept: KeptMap<RememberedAcknowledgement>,
    private readonly done: KeptMap<RememberedDone>,
    private readonly written: () => Promise<void>,
  ) {}

  /** The object types that have some. */
  objectTypes(): Set<string> {
    return new Set(Array.from(this.kept.values(), ({ objectType }) => objectType));
  }

  /** The names of the receivers that those of a type still waited for. */
  awaited(objectType: string): Set<string> {
    const ofType = Array.from(this.kept.values()).filter(
      (remembered) => remembered.objectType === objectType,
    );
    return new Set(ofType.flatMap(({ awaited }) => awaited));
  }

  /** Those of a process before this one. */
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
      // With several consumers each acknowledgement counts: a restart must know that there may have been one.
      sent: sent || (phase === 'running' && request.consumers > 1 && trying === taken),
    };
    const before = this.kept.get(key);
    if (!before || !isSame(before, remembered)) this.kept.set(key, remembered);
    // What the disk has refused before is tried again.
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

  /** What was acknowledged of a type while others have not: it stays listed, and must not be acknowledged again. */
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

/** What may change while a version is acknowledged, beside the lists of names. */
const changing = ['version', 'how', 'sent', 'checkVersion', 'deleted', 'consumers'] as const;

/** Whether nothing has changed: this is asked for each one at each list. */
function isSame(a: RememberedAcknowledgement, b: RememberedAcknowledgement): boolean {
  const isAlike = changing.every((field) => a[field] === b[field]);
  return isAlike && isSameList(a.askers, b.askers) && isSameList(a.awaited, b.awaited);
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
