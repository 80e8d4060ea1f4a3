import type { ObjectReference, SyncServiceClient } from '../../src/client';
import type { Clock } from '../../src/system/clock';
import type { Shown } from '../common/status';
import type { OutSettings } from './fields';

/** An object waits in the cloud until an edge comes that it is for. */
export const toNobody: Shown = { fill: 'yellow', shape: 'ring', text: 'sync-out.status.nobody' };

/** In ms: many objects may go out each second, and edges seldom come and go. */
const askedEvery = 10_000;

/** Whether what a node publishes on a cloud goes to any edge. */
export class Reach {
  readonly #isOpen: boolean;
  #asked = Number.NEGATIVE_INFINITY;

  constructor(
    { action, destination }: Pick<OutSettings, 'action' | 'destination'>,
    private readonly clock: Clock,
  ) {
    // Edges that are named are refused by the service where they are not there.
    this.#isOpen =
      ['publish', 'metadata'].includes(action) && ['all', 'type', 'policy'].includes(destination);
  }

  /** @param tell called where the object goes to no edge now; not asked for each object. */
  async look(client: SyncServiceClient, object: ObjectReference, tell: () => void): Promise<void> {
    if (!this.#isOpen || client.kind !== 'CSS' || this.clock.elapsed() - this.#asked < askedEvery) return;
    this.#asked = this.clock.elapsed();
    try {
      if ((await client.getObjectDestinations(object)).length > 0) return;
      // Asked again for the next one: an edge may have come.
      this.#asked = Number.NEGATIVE_INFINITY;
      tell();
    } catch {
      // The object is published. Who may publish need not be allowed to ask where it goes.
    }
  }
}
