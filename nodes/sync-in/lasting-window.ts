import type { Node } from 'node-red';
import type { Clock, Timer } from '../../src/system/clock';
import type { States } from './states';

/** How long a window is full before that is worth a line, in ms: a flow at work fills it now and then. */
const lasting = 60_000;

/** Logs, once, that nothing new comes since the flow consumes nothing; without it that looks like a quiet service. */
export class LastingWindow {
  #timer: Timer | undefined;
  #isTold = false;

  constructor(
    private readonly clock: Clock,
    private readonly node: Pick<Node, 'log' | 'warn'>,
  ) {}

  states(states: States): void {
    if (states.count('full') > 0) {
      this.#timer ??= this.clock.after(lasting, () => this.#tell(states), { background: true });
      return;
    }
    this.close();
    // An outage says nothing of the flow.
    if (!this.#isTold || states.count('backing-off') > 0) return;
    this.#isTold = false;
    this.node.log('The flow consumes again');
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #tell(states: States): void {
    const full = states.all().find(({ phase }) => phase === 'full');
    if (this.#isTold || !full) return;
    this.#isTold = true;
    const count = full.inFlight + full.acknowledging;
    const objects = count === 1 ? '1 object is' : `${count} objects are`;
    this.node.warn(`${objects} in the flow and not consumed: nothing new comes until they are`);
  }
}
