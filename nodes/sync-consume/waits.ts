import type { AcknowledgementWait } from '../../src/client';
import { faultText } from '../common/fault';
import type { Shown } from '../common/status';

/** What the acknowledgements of one node wait for, in words for its status: the service, or other sync-in nodes. */
export class Waits {
  readonly #waiting = new Map<object, AcknowledgementWait>();

  /**
   * @param nameOf what the user calls a sync-in.
   * @param show takes the status as long as something waits.
   */
  constructor(
    private readonly nameOf: (receiver: string) => string,
    private readonly show: (status: Shown) => void,
  ) {}

  /** Runs `work`, which says what it waits for. */
  async run<T>(work: (onWait: (wait: AcknowledgementWait) => void) => Promise<T>): Promise<T> {
    const key = {};
    try {
      return await work((wait) => {
        this.#waiting.set(key, wait);
        this.#tell(wait);
      });
    } finally {
      this.#waiting.delete(key);
      const [next] = this.#waiting.values();
      if (next) this.#tell(next);
    }
  }

  #tell(wait: AcknowledgementWait): void {
    const count = this.#waiting.size;
    if ('error' in wait) {
      const text = { key: 'sync-consume.status.asking', values: { count, cause: faultText(wait.error) } };
      this.show({ fill: 'yellow', shape: 'ring', text });
      return;
    }
    const names = wait.receivers.map((receiver) => this.nameOf(receiver)).join(', ');
    const text = { key: 'sync-consume.status.waiting', values: { count, names } };
    this.show({ fill: 'blue', shape: 'ring', text });
  }
}
