import type { ObjectReference, ObjectUpdate, UpdateReceiver } from '../../../src/client';
import { until } from '../../support/until';

/** Reads a receiver as a flow does, and keeps what it was handed for a scenario to look at. */
export class Reading {
  readonly handed: ObjectUpdate[] = [];
  #polls = 0;

  /** @param onUpdate what the flow does with each. */
  constructor(
    readonly receiver: UpdateReceiver,
    private readonly bound: number,
    private readonly onUpdate: (update: ObjectUpdate) => void = () => undefined,
  ) {
    let last = receiver.state.lastSuccess;
    receiver.onState(({ lastSuccess }) => {
      if (lastSuccess !== last) this.#polls += 1;
      last = lastSuccess;
    });
    void this.#read();
  }

  /** How many polls have succeeded since it began. */
  get polls(): number {
    return this.#polls;
  }

  /** What was handed out of an object, each as version, attempt, and whether it was so before. */
  of({ objectID }: { objectID: string }): string[] {
    return this.handed.filter(({ object }) => object.objectID === objectID).map(briefly);
  }

  /** The n-th update of an object, counted from 1. */
  next({ objectID }: Pick<ObjectReference, 'objectID'>, count = 1): Promise<ObjectUpdate> {
    return until(
      `${objectID} is handed out ${count} times`,
      () => this.handed.filter(({ object }) => object.objectID === objectID)[count - 1],
      this.bound,
    );
  }

  /** Resolves when the service was asked twice more, from the beginning, and what it said was handed out. */
  async twoPolls(): Promise<void> {
    const begun = this.#polls;
    await until('two more polls', () => this.#polls >= begun + 3, this.bound);
  }

  async #read(): Promise<void> {
    for await (const update of this.receiver) {
      this.handed.push(update);
      this.onUpdate(update);
    }
  }
}

function briefly({ attempt, object, redelivered }: ObjectUpdate): string {
  const version = object.deleted ? `${object.version} deleted` : object.version;
  return `${version || '-'} attempt ${attempt}${redelivered ? ' again' : ''}`;
}
