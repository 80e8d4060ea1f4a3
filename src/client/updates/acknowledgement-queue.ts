import type { Clock } from '../../system/clock';
import { Ending } from '../../system/ending';
import type { Limiter } from '../../system/limiter';
import { type Try, tryToAcknowledge } from './acknowledge';
import type { Acknowledging } from './acknowledging';
import type { Settlement } from './settlement';
import type { UpdateSource } from './source';

export interface QueueTools {
  source: UpdateSource;
  clock: Clock;
  /** As many at once as there are connections, so that none waits for a connection while its patience runs out. */
  limiter: Limiter;
}

export interface QueueListener {
  /** What the receivers that asked have in hand. */
  settlements(acknowledging: Acknowledging): Settlement[];
  /** Whether any receiver has a place; asked first, because thousands may wait for one. */
  hasPlace(): boolean;
  /** Called and awaited before each acknowledgement is sent. */
  beforeSending(acknowledging: Acknowledging): Promise<void>;
  tried(acknowledging: Acknowledging, tried: Try): void;
  /** A mistake of the library itself, or a call that is invalid. */
  refused(acknowledging: Acknowledging, error: unknown): void;
}

/** The acknowledgements of one object type that wait only for the service, in order of arrival. */
export class AcknowledgementQueue {
  readonly #waiting = new Set<Acknowledging>();
  /** Those that were tried before. */
  readonly #again = new Set<Acknowledging>();
  readonly #closing = new Ending();

  constructor(
    private readonly objectType: string,
    private readonly tools: QueueTools,
    private readonly listener: QueueListener,
  ) {}

  add(acknowledging: Acknowledging): void {
    acknowledging.phase = 'queued';
    (acknowledging.hasPlace ? this.#again : this.#waiting).add(acknowledging);
    this.start();
  }

  delete(acknowledging: Acknowledging): void {
    this.#waiting.delete(acknowledging);
    this.#again.delete(acknowledging);
  }

  /** Starts those for which every receiver that asked has a place; one started before still holds its places. */
  start(): void {
    for (const acknowledging of this.#again)
      this.#start(acknowledging, this.listener.settlements(acknowledging));
    for (const acknowledging of this.#waiting) {
      if (!this.listener.hasPlace()) return;
      const settlements = this.listener.settlements(acknowledging);
      if (settlements.every(({ hasPlace }) => hasPlace)) this.#start(acknowledging, settlements);
    }
  }

  #start(acknowledging: Acknowledging, settlements: readonly Settlement[]): void {
    const { objectID, version } = acknowledging.request;
    this.delete(acknowledging);
    acknowledging.phase = 'running';
    acknowledging.hasPlace = true;
    for (const each of settlements) each.start(objectID, version);
    void this.tools.limiter.run(() => this.#run(acknowledging));
  }

  close(): void {
    this.#closing.abort(new Error('The feed is closed'));
  }

  async #run(acknowledging: Acknowledging): Promise<void> {
    const signal = this.#closing;
    if (signal.aborted || acknowledging.phase !== 'running') return;
    const { checkVersion, deleted, how, objectID, version } = acknowledging.request;
    acknowledging.trying = acknowledging.taken;
    try {
      await this.listener.beforeSending(acknowledging);
      const { clock, source } = this.tools;
      const check = checkVersion && !acknowledging.isListed(clock.elapsed());
      const object = { objectType: this.objectType, objectID };
      const options = { version: checkVersion ? version : undefined, how, deleted, check, signal };
      const tried = await tryToAcknowledge(source, clock, object, options);
      if (!signal.aborted) this.listener.tried(acknowledging, tried);
    } catch (error) {
      if (!signal.aborted) this.listener.refused(acknowledging, error);
    }
  }
}
