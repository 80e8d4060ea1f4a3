import { type ObjectMetadata, SyncServiceError } from '../../src/client';
import type { Acknowledgement, AcknowledgeOutcome } from '../../src/client/updates/acknowledge';
import type { ObjectUpdate, UpdateReceiver } from '../../src/client/updates/receiver';
import type { VirtualClock } from './clock';
import type { Claim, Reader } from './oracle/claims';
import type { Oracle } from './oracle/oracle';
import type { Deed } from './plans/plan';
import { versionOf } from './service/publications';

/** What nodes do with a receiver beside reading from it. */
export interface Spoken extends Pick<UpdateReceiver, 'acknowledge' | 'renew'> {
  release?(object: ObjectMetadata, error?: Error): void;
  giveBack?(object: ObjectMetadata, after: number): void;
  reject?(object: ObjectMetadata): void;
}

/** Where a flow's words go: to the receiver of the client that runs now, if one does. */
export interface Mouth {
  receiver(): Spoken | undefined;
  acknowledgeByClient(object: ObjectMetadata, how: Acknowledgement): Promise<AcknowledgeOutcome>;
}

/** One flow: does with what it is handed what its plan says. It holds on to its objects as long as flows do. */
export class Flow {
  #handed = 0;
  /** Whoever deploys drops what was on its way in the flow. */
  #deploy = 0;

  constructor(
    private readonly reader: Reader,
    private readonly clock: VirtualClock,
    private readonly oracle: Oracle,
    private readonly mouth: Mouth,
  ) {}

  dropMessages(): void {
    this.#deploy += 1;
  }

  takes(update: ObjectUpdate): void {
    const { deeds, observes } = this.reader.plan;
    const { object } = update;
    this.oracle.handed(this.reader, update);
    const claim = this.reader.claim(object.objectID, versionOf(object));
    const deed: Deed = deeds[this.#handed] ?? { does: 'consume', after: 0 };
    this.#handed += 1;
    if (!claim || observes) return;
    this.#later(deed.after, () => this.#do(deed, claim, object));
  }

  #do(deed: Deed, claim: Claim, object: ObjectMetadata): void {
    switch (deed.does) {
      case 'nothing':
        return;
      case 'consume':
        this.#ask(object, 'consumed');
        return;
      case 'receive':
        this.#ask(object, 'received');
        return;
      case 'consume any version':
        this.#ask(object, 'consumed', { checkVersion: false });
        return;
      case 'drop delivery':
        this.#follow(object, 'consumed', (copy) => this.mouth.acknowledgeByClient(copy, 'consumed'));
        return;
      case 'consume twice':
        this.#ask(object, 'consumed');
        this.#later(deed.again, () => this.#ask(object, 'consumed'));
        return;
      case 'receive, then consume':
        this.#ask(object, 'received');
        this.#later(deed.again, () => this.#ask(object, 'consumed'));
        return;
      case 'rename':
        object.objectID = `${object.objectID}.old`;
        this.#ask(object, 'consumed');
        return;
      case 'round':
        object.instanceID = String(BigInt(Number(object.instanceID)));
        this.#ask(object, 'consumed');
        return;
      case 'scribble':
        object.description = 'seen';
        object.destinationsList?.push('gateway:nowhere');
        this.#ask(object, 'consumed');
        return;
      case 'work on':
        this.#workOn(claim, object, deed.every, 4);
        return;
      default:
        this.#letGo(deed, claim, object);
    }
  }

  #letGo(deed: Deed & { does: 'fail' | 'give back' | 'reject' }, claim: Claim, object: ObjectMetadata): void {
    // Of what the flow has no more it cannot let go.
    if (claim.standing !== 'in the flow') return;
    const receiver = this.mouth.receiver();
    if (!receiver) return;
    if (deed.does === 'fail') {
      this.oracle.released(this.reader, claim, deed.cause);
      const code = deed.cause === 'data' ? 'SYNC_SIGNATURE_INVALID' : 'SYNC_UNREACHABLE';
      receiver.release?.(object, new SyncServiceError(code, 'The node failed'));
    } else if (deed.does === 'give back') {
      this.oracle.said(this.reader, claim, 'let go', deed.again);
      receiver.giveBack?.(object, deed.again);
    } else {
      this.oracle.said(this.reader, claim, 'rejected', 0);
      receiver.reject?.(object);
    }
  }

  #workOn(claim: Claim, object: ObjectMetadata, every: number, times: number): void {
    const receiver = this.mouth.receiver();
    this.reader.passTime(this.clock.elapsed());
    if (claim.standing !== 'in the flow' || !receiver) return;
    if (times === 0) {
      this.#ask(object, 'consumed');
      return;
    }
    this.oracle.said(this.reader, claim, 'in the flow', this.reader.plan.redeliverAfter);
    receiver.renew(object);
    this.#later(every, () => this.#workOn(claim, object, every, times - 1));
  }

  #ask(object: ObjectMetadata, how: Acknowledgement, options: { checkVersion?: boolean } = {}): void {
    const receiver = this.mouth.receiver();
    if (receiver) this.#follow(object, how, (copy) => receiver.acknowledge(copy, how, options), options);
  }

  #follow(
    object: ObjectMetadata,
    how: Acknowledgement,
    acknowledge: (copy: ObjectMetadata) => Promise<AcknowledgeOutcome>,
    { checkVersion = true }: { checkVersion?: boolean } = {},
  ): void {
    // Each message is a clone, as it is when it went through a wire of two.
    const copy = structuredClone(object);
    const ask = this.oracle.asks(this.reader, copy, how, !checkVersion);
    acknowledge(copy).then(
      (outcome) => this.oracle.answered(ask, outcome),
      (error) => this.oracle.failed(ask, error),
    );
  }

  #later(after: number, then: () => void): void {
    const deploy = this.#deploy;
    this.clock.after(after, () => {
      if (deploy === this.#deploy) then();
    });
  }
}
