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
  #foundNobody = false;
  #isWaiting = false;
  #asked = Number.NEGATIVE_INFINITY;

  constructor(
    { action, destination }: Pick<OutSettings, 'action' | 'destination'>,
    private readonly clock: Clock,
  ) {
    // A list with an edge that is not there is refused by the service; one edge by its name is not.
    this.#isOpen =
      ['publish', 'metadata'].includes(action) && ['all', 'type', 'node', 'policy'].includes(destination);
  }

  /** Whether what it looked at last goes to no edge. */
  get foundNobody(): boolean {
    return this.#foundNobody;
  }

  /**
   * The same for what waits in an outbox: looks once it is sent. Of those that wait it looks at one, as they may be many.
   *
   * @param sent resolves to whether it was sent.
   * @returns whether it has looked.
   */
  async lookOnceSent(
    client: SyncServiceClient,
    object: ObjectReference,
    sent: () => Promise<boolean>,
  ): Promise<boolean> {
    if (!this.#isDue(client) || this.#isWaiting) return false;
    this.#isWaiting = true;
    const wasSent = await sent().catch(() => false);
    this.#isWaiting = false;
    if (wasSent) await this.look(client, object, () => undefined);
    return wasSent;
  }

  /** @param tell called where the object goes to no edge now; not asked for each object. */
  async look(client: SyncServiceClient, object: ObjectReference, tell: () => void): Promise<void> {
    if (!this.#isDue(client)) return;
    this.#asked = this.clock.elapsed();
    try {
      this.#foundNobody = (await client.getObjectDestinations(object)).length === 0;
      if (!this.#foundNobody) return;
      // Asked again for the next one: an edge may have come.
      this.#asked = Number.NEGATIVE_INFINITY;
      tell();
    } catch {
      // The object is published. Who may publish need not be allowed to ask where it goes.
    }
  }

  #isDue({ kind }: SyncServiceClient): boolean {
    return this.#isOpen && kind === 'CSS' && this.clock.elapsed() - this.#asked >= askedEvery;
  }
}
