import type { KeptMap } from '../../storage/journal';
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

/** The acknowledgements under way of one client, written down until they are answered. */
export class AcknowledgementMemory {
  constructor(
    private readonly kept: KeptMap<RememberedAcknowledgement>,
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
        for (const name of askers) acknowledging.askers.add(name);
        if (sent) acknowledging.phase = 'unanswered';
        acknowledging.sent = sent;
        return acknowledging;
      });
  }

  remember(objectType: string, { askers, request, sent }: Acknowledging, awaited: string[]): void {
    const remembered = { ...request, objectType, askers: Array.from(askers), awaited, sent };
    this.kept.set(keyOf(objectType, request.objectID), remembered);
  }

  /** With several consumers each acknowledgement counts: a restart must know that there may have been one. */
  async beforeSending(objectType: string, { request }: Acknowledging): Promise<void> {
    if (request.consumers <= 1) return;
    const key = keyOf(objectType, request.objectID);
    const remembered = this.kept.get(key);
    if (remembered) this.kept.set(key, { ...remembered, sent: true });
    await this.written();
  }

  forget(objectType: string, objectID: string): void {
    this.kept.delete(keyOf(objectType, objectID));
  }
}

function keyOf(objectType: string, objectID: string): string {
  return `${objectType}/${objectID}`;
}
