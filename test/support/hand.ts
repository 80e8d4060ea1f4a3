import type { ObjectMetadata, ObjectUpdate } from '../../src/client';
import { readObject } from '../../src/client/objects/listed-object';
import { InHand } from '../../src/client/updates/in-hand';
import type { LedgerRules } from '../../src/client/updates/ledger';
import { noMemory, type ReceiverMemory } from '../../src/client/updates/memory';
import { v1 } from './feeds';
import { ManualClock } from './manual-clock';
import { metadataOf } from './metadata';

/** An object of the first version, unless another is given. */
export function version(objectID: string, instanceID = v1): ObjectMetadata {
  return metadataOf({ objectID, instanceID });
}

/** What a receiver without siblings has in hand: the test reads its lists, takes its updates and sets its clock. */
export class Hand extends InHand {
  /** The number of the last plain list. */
  list = 0;

  constructor(
    rules: Partial<LedgerRules> = {},
    memory: ReceiverMemory = noMemory,
    readonly clock = new ManualClock(),
    readonly givenUp: { update: ObjectUpdate; error: Error | undefined }[] = [],
  ) {
    super(
      { window: 2, redeliverAfter: 60_000, maxAttempts: 2, includeReceived: true, ...rules },
      clock,
      memory,
      {
        isAsked: () => false,
        wanted: () => [],
        waiting: () => 0,
        askAgain: () => undefined,
        reconsider: () => undefined,
      },
      (update, error) => givenUp.push({ update, error }),
    );
  }

  /** A plain list that shows these objects and no others. */
  offer(...objects: ObjectMetadata[]): void {
    this.list += 1;
    this.listed.begin(this.list);
    for (const each of objects) this.listed.offer(readObject(each), this.list);
    this.listed.end(this.list);
  }

  /** What the flow is handed next, in short: `a v1 1` is the first attempt at the first version of `a`. */
  take(): string | undefined {
    this.listed.wake();
    const update = this.handOut.take();
    if (!update) return undefined;
    const { attempt, object } = update;
    return `${object.objectID} ${object.instanceID === v1 ? 'v1' : 'newer'} ${attempt}`;
  }

  /** The flow asks for an acknowledgement, which goes out. */
  acknowledge(objectID: string, instanceID = v1): void {
    this.settlement.ask(objectID, instanceID);
    this.settlement.start(objectID, instanceID);
  }
}
