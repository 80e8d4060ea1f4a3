import type { HttpRequest, HttpResponse } from '../../../src/client/connection/http';
import type { SeededRandom } from '../../support/random';
import type { VirtualClock } from '../clock';
import type { Log } from '../log';
import { broken } from './bodies';

/** What befalls a request on its way there, or its answer on its way back: then it is afterwards. */
export type WayHarm =
  | { harm: 'silence'; afterwards: boolean }
  | { harm: 'broken'; code?: string; afterwards: boolean }
  | { harm: 'delay'; by: number; afterwards: boolean }
  | StatusHarm;

/** Something between answers in the service's place. */
export interface StatusHarm {
  harm: 'status';
  status: number;
  retryAfter?: number;
  page: boolean;
  afterwards: boolean;
}

/** What requests travel by. */
export interface Way {
  clock: VirtualClock;
  random: SeededRandom;
  /** Of a request or of an answer on its way, at least and at most. */
  latency: readonly [number, number];
  log: Log;
}

const untilConnectTimeout = 10_000;

/** One request on its way there and back, as far as that is the same whatever it is about. */
export abstract class BaseCall {
  /** Something went wrong with it. */
  protected isDisturbed = false;
  #isOver = false;
  /** Who gave it up had waited for too long. */
  readonly #onAbort = (): void => {
    this.isDisturbed = true;
    this.failWith(this.request.signal.reason);
  };

  constructor(
    /** The name that its client's requests go by. */
    readonly by: string,
    private readonly way: Way,
    readonly request: HttpRequest,
    protected readonly resolve: (response: HttpResponse) => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    request.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  fail(code: string): void {
    this.isDisturbed = true;
    this.failWith(broken(code));
  }

  /** The service died. */
  abstract serviceDied(): void;

  /** Who asked is no more. */
  forget(): void {
    this.request.signal.removeEventListener('abort', this.#onAbort);
    this.#isOver = true;
  }

  /** What becomes of it at its end, whatever that is. */
  protected abstract ended(): void;

  protected abstract answerWith(harm: StatusHarm): void;

  /** @param harm what befalls it there. */
  protected travelThere(
    harm: WayHarm | undefined,
    untilAnsweredOnTheWay: () => number,
    arrive: () => void,
  ): void {
    if (harm?.harm === 'status') this.later(untilAnsweredOnTheWay(), () => this.answerWith(harm));
    else if (harm?.harm === 'broken' && harm.code?.includes('CONNECT_TIMEOUT'))
      this.later(untilConnectTimeout, () => this.#break(harm));
    else this.#travel(harm, arrive);
  }

  /** @param harm what befalls its answer. */
  protected travelBack(harm: WayHarm | undefined, arrive: () => void): void {
    this.#travel(harm, arrive);
  }

  protected failWith(reason: unknown): void {
    if (this.#isOver) return;
    this.note(() => `fails: ${reason instanceof Error ? reason.message : String(reason)}`);
    this.end();
    this.reject(reason);
  }

  protected end(): void {
    if (this.#isOver) return;
    this.forget();
    this.ended();
  }

  protected later(delay: number, then: () => void): void {
    this.way.clock.after(delay, then);
  }

  /** How long one way takes, in ms. */
  protected delay(): number {
    const { latency, random } = this.way;
    return latency[0] + random.next() * (latency[1] - latency[0]);
  }

  protected note(what: () => string): void {
    const { log } = this.way;
    const { method, path } = this.request;
    if (log.on) log.write(`${this.by}: ${method} ${path.replace('/api/v1', '')} ${what()}`);
  }

  #travel(harm: WayHarm | undefined, arrive: () => void): void {
    switch (harm?.harm) {
      case 'silence':
        return;
      case 'broken':
        this.later(this.delay(), () => this.#break(harm));
        return;
      case 'status':
        this.later(this.delay(), () => this.answerWith(harm));
        return;
      default:
        this.later(this.delay() + (harm?.by ?? 0), arrive);
    }
  }

  #break({ code = 'ECONNRESET' }: WayHarm & { harm: 'broken' }): void {
    this.fail(code);
  }
}

/** The part of a fault that befalls one of two ways. */
export function onWay<F extends { harm: string }>(
  fault: F | undefined,
  afterwards: boolean,
): Extract<F, { afterwards: boolean }> | undefined {
  return isOfWay(fault) && fault.afterwards === afterwards ? fault : undefined;
}

function isOfWay<F extends { harm: string }>(
  fault: F | undefined,
): fault is Extract<F, { afterwards: boolean }> {
  return fault !== undefined && 'afterwards' in fault;
}
