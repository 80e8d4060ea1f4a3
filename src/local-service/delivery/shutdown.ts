import type { Clock, Timer } from '../../system/clock';

/** A service that can be told to go. */
export interface Stoppable {
  /** False once it goes: it answers nothing more. */
  running: boolean;
  /** False where it stays after all. */
  leave(): boolean;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface ShutdownOptions {
  /** How long it is there and answers nothing, in seconds. */
  quiesce: number;
  /** Whether it comes back. */
  restart: boolean;
}

/** How long, in ms, a shutdown waits before it begins, so that whoever asked for it gets an answer. */
const notice = 1_000;

/** How a service goes when it is asked to. */
export class Shutdown {
  #timer: Timer | undefined;

  constructor(
    private readonly service: Stoppable,
    private readonly clock: Clock,
  ) {}

  begin({ quiesce, restart }: ShutdownOptions): void {
    this.cancel();
    this.#after(notice, () => {
      if (!this.service.leave()) return;
      this.service.running = false;
      this.#after(quiesce * 1_000, () => void this.#end(restart));
    });
  }

  cancel(): void {
    this.#timer?.cancel();
  }

  async #end(restart: boolean): Promise<void> {
    await this.service.stop();
    if (restart) await this.service.start();
  }

  #after(delay: number, action: () => void): void {
    this.#timer = this.clock.after(delay, action, { background: true });
  }
}
