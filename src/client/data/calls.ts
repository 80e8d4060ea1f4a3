import type { EndSignal } from '../../system/ending';
import { Limiter } from '../../system/limiter';
import { SyncServiceError } from '../errors';
import { checkNamed, nameOf, type ObjectReference } from '../objects/names';
import { Turn } from './turn';

/** Something of an object that is being sent. */
export interface Sending {
  /** Whether nothing else of it was sent meanwhile: only then is it known which of them the service has. */
  isAlone: boolean;
}

/** What is known of one object while calls send something of it. */
interface InCalls {
  /** Calls that have not ended. */
  open: number;
  /** How many calls have come. */
  came: number;
  /** The number of the latest call that has replaced all that was there. */
  replacedBy: number;
  readonly sendings: Set<Sending>;
  /** Whose turn it is; undefined until a call asks for one, which few do. */
  line: Limiter | undefined;
}

/** Calls that send something of objects. Knows for each object in which order they came, until they have ended. */
export class Calls {
  readonly #objects = new Map<string, InCalls>();

  /**
   * A call that leaves the rest of the object as it was.
   *
   * @throws SyncServiceError SYNC_INVALID_ARGUMENT for what names no object.
   */
  async take<T>(object: ObjectReference, work: (call: Call) => Promise<T>): Promise<T> {
    checkNamed(object);
    const name = nameOf(object);
    const all = this.#objects.get(name) ?? {
      open: 0,
      came: 0,
      replacedBy: 0,
      sendings: new Set(),
      line: undefined,
    };
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

  /** A call that sets the object, or its data: once it is done, calls that came before it and still wait must not send. */
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

  /** @throws SyncServiceError SYNC_SUPERSEDED if a call that came later has replaced it: it would overwrite what is newer. */
  readonly refuseReplaced = (): void => {
    if (this.all.replacedBy < this.place) return;
    const message = `${this.name} was published anew, got other data or was deleted while this waited`;
    throw new SyncServiceError('SYNC_SUPERSEDED', message);
  };

  /** Sends something. What the call waits for before that is not part of it. @throws SyncServiceError SYNC_SUPERSEDED. */
  async send<T>(send: (sending: Sending) => Promise<T>): Promise<T> {
    this.refuseReplaced();
    const { sendings } = this.all;
    for (const other of sendings) other.isAlone = false;
    const sending = { isAlone: sendings.size === 0 };
    sendings.add(sending);
    return send(sending).finally(() => sendings.delete(sending));
  }

  /**
   * Calls for one object take turns: one after the other, in the order in which they ask.
   *
   * @param signal ends the wait, which rejects with its reason.
   */
  inTurn<T>(work: (turn: Turn) => Promise<T>, signal?: EndSignal): Promise<T> {
    this.all.line ??= new Limiter(1);
    return new Turn(this.all.line, signal).run(work);
  }

  /** The call is done, and has replaced all that came before. */
  replace(): void {
    this.all.replacedBy = Math.max(this.all.replacedBy, this.place);
  }
}
