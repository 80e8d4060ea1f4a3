import type { Processes, ProcessIdentity, ProcessState } from '../../src/storage/processes';

/** Processes of machines and containers that there are not. */
export class MadeUpProcesses {
  readonly #running: ProcessIdentity[] = [];
  #count = 0;

  /** Starts one; unless it is said otherwise, all are on one machine that sees them all, each with a number of its own. */
  start(fields: Partial<ProcessIdentity> = {}): Processes & { end(): void } {
    this.#count += 1;
    const identity: ProcessIdentity = {
      host: 'gateway',
      boot: 'first boot',
      namespace: 'of the machine',
      pid: this.#count,
      started: `at ${this.#count}`,
      ...fields,
    };
    this.#running.push(identity);
    return {
      self: async () => identity,
      stateOf: async (other) => this.#state(identity, other),
      end: () => {
        this.#running.splice(this.#running.indexOf(identity), 1);
      },
    };
  }

  endAll(): void {
    this.#running.length = 0;
  }

  #state(self: ProcessIdentity, other: ProcessIdentity): ProcessState {
    if (!self.boot || !self.namespace) return 'unknown';
    if (other.boot !== self.boot || other.namespace !== self.namespace) return 'unknown';
    const runs = this.#running.some(
      ({ boot, namespace, pid, started }) =>
        boot === other.boot &&
        namespace === other.namespace &&
        pid === other.pid &&
        started === other.started,
    );
    return runs ? 'runs' : 'ended';
  }
}
