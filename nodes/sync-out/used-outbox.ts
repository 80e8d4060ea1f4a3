import type { Node } from 'node-red';
import type { OutboxState } from '../../src/client';
import type { Clock } from '../../src/system/clock';
import { toNodeFailure } from '../common/failure';
import type { StatusLine } from '../common/status';
import type { ServiceOutbox } from '../sync-service/outbox';
import { outboxStatus } from '../sync-service/outbox-status';
import { type Reach, toNobody } from './reach';

/** The outbox of its service, as one node uses it: it is opened at a deploy, and the node shows how it is. */
export class UsedOutbox {
  readonly #unlisten: () => void;

  constructor(
    private readonly node: Node,
    readonly service: ServiceOutbox,
    private readonly status: StatusLine,
    private readonly reach: Reach,
    private readonly clock: Clock,
  ) {
    service.register(node);
    this.#unlisten = service.onState((state) => this.#show(state));
    void this.show();
  }

  /** Lets go of the outbox, and then of the connection. */
  before(connection: { deregister(user: object): void }): { deregister(user: object): void } {
    return {
      deregister: (user) => {
        this.#unlisten();
        this.service.deregister(this.node);
        connection.deregister(user);
      },
    };
  }

  /** Shows how it is now. */
  async show(): Promise<void> {
    try {
      this.#show((await this.service.outbox()).state);
    } catch (error) {
      // Its service has said the whole of it.
      this.status.showFault(toNodeFailure(error));
    }
  }

  #show(state: OutboxState): void {
    const sent = { fill: 'green', shape: 'dot', text: 'sync-out.outcome.sent' } as const;
    const idle = state.ended.sent === 0 ? {} : this.reach.foundNobody ? toNobody : sent;
    this.status.show(outboxStatus(state, this.clock.now()) ?? idle);
  }
}
