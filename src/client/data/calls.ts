import { SyncServiceError } from '../errors';
import { checkNamed, nameOf, type ObjectReference } from '../objects/names';

/** Something that is being sent of an object. */
export interface Sending {
  /** Whether nothing else was sent of it meanwhile: which of them the service has is known then. */
  isAlone: boolean;
}

/** What is known of one object while somebody sends something of it. */
interface InCalls {
  /** Calls that have not ended. */
  open: number;
  /** How many have come. */
  came: number;
  /** The last to come of those that have taken the place of all that was there. */
  replacedBy: number;
  readonly sendings: Set<Sending>;
}

/** Calls that send something of objects: which of one object came later, from when each comes until it has ended. */
export class Calls {
  readonly #objects = new Map<string, InCalls>();

  /** One after which the object is otherwise as it was. @throws SyncServiceError SYNC_INVALID_ARGUMENT for what names no object. */
  async take<T>(object: ObjectReference, work: (call: Call) => Promise<T>): Promise<T> {
    checkNamed(object);
    const name = nameOf(object);
    const all = this.#objects.get(name) ?? { open: 0, came: 0, replacedBy: 0, sendings: new Set() };
    this.#objects.set(name, all);
    all.open += 1;
    all.came += 1;
    try {
      return await work(new Call(name, all, all.came));
    } finally {
      all.open -= 1;
      if (all.open === 0) this.#objects.delete(name);
    }
  }

  /** One that says what the object is, or its data: once it is done, what came before it and still waits is not to be sent. */
  takeReplacing<T>(object: ObjectReference, work: (call: Call) => Promise<T>): Promise<T> {
    return this.take(object, async (call) => {
      const done = await work(call);
      call.replace();
      return done;
    });
  }
}

/** A call that sends something of an object, or waits until it may. */
export class Call {
  constructor(
    private readonly name: string,
    private readonly all: InCalls,
    private readonly place: number,
  ) {}

  /** @throws SyncServiceError SYNC_SUPERSEDED where one that came later has taken its place: it would be sent over what is newer. */
  readonly refuseReplaced = (): void => {
    if (this.all.replacedBy < this.place) return;
    const message = `${this.name} was published anew, got other data or was deleted while this waited`;
    throw new SyncServiceError('SYNC_SUPERSEDED', message);
  };

  /** Sends something. What the call waits for before is no part of it. @throws SyncServiceError SYNC_SUPERSEDED. */
  async send<T>(send: (sending: Sending) => Promise<T>): Promise<T> {
    this.refuseReplaced();
    const { sendings } = this.all;
    for (const other of sendings) other.isAlone = false;
    const sending = { isAlone: sendings.size === 0 };
    sendings.add(sending);
    return send(sending).finally(() => sendings.delete(sending));
  }

  /** It is done, and has taken the place of all that came before. */
  replace(): void {
    this.all.replacedBy = Math.max(this.all.replacedBy, this.place);
  }
}
