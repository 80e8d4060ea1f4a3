import {
  type Acknowledgement,
  type ObjectMetadata,
  type ObjectUpdate,
  type SyncServiceClient,
  SyncServiceError,
} from '../../src/client';
import type { VirtualClock } from './clock';
import type { Claim } from './oracle/history/claim';
import type { Reader } from './oracle/history/reader';
import type { Oracle } from './oracle/oracle';
import type { Deed, LastWord } from './plans/plan';
import { versionOf } from './service/publications';

/** How often a flow says that it still works on an object, before it has done with it. */
const renewals = 4;

/** One flow: does with what it is handed what its plan says. It holds on to its objects as long as flows do. */
export class Flow {
  #handed = 0;
  /** Whoever deploys drops what was on its way in the flow. */
  #deploy = 0;

  /** @param client the client that runs now, if one does. */
  constructor(
    private readonly reader: Reader,
    private readonly clock: VirtualClock,
    private readonly oracle: Oracle,
    private readonly client: () => SyncServiceClient | undefined,
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
      case 'receive':
      case 'give back':
      case 'reject':
        this.#say(deed, claim, object);
        return;
      case 'consume any version':
        this.#ask(object, 'consumed', { checkVersion: false });
        return;
      case 'drop delivery':
        this.#ask(object, 'consumed', { receiver: undefined });
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
        this.#workOn(claim, object, deed.every, renewals);
        return;
      case 'fail':
        this.#fail(deed.cause, claim, object);
        if (deed.afterwards) {
          const { afterwards } = deed;
          this.#later(afterwards.after, () => this.#say(afterwards, claim, object));
        }
    }
  }

  #say(word: LastWord, claim: Claim, object: ObjectMetadata): void {
    const receiver = this.reader.name;
    switch (word.does) {
      case 'consume':
        this.#ask(object, 'consumed');
        return;
      case 'receive':
        this.#ask(object, 'received');
        return;
      case 'give back':
        if (!this.#holds(claim)) return;
        this.oracle.gaveBack(this.reader, claim, word.again);
        this.client()?.giveObjectBack(object, word.again, { receiver });
        return;
      case 'reject':
        if (!this.#holds(claim)) return;
        this.oracle.rejected(this.reader, claim);
        this.client()?.rejectObject(object, { receiver });
    }
  }

  #fail(cause: 'data' | 'line', claim: Claim, object: ObjectMetadata): void {
    if (!this.#holds(claim) || claim.standing !== 'in the flow') return;
    const code = cause === 'data' ? 'SYNC_SIGNATURE_INVALID' : 'SYNC_UNREACHABLE';
    this.oracle.released(this.reader, claim, cause);
    const receiver = this.reader.name;
    this.client()?.releaseObject(object, new SyncServiceError(code, 'The node failed'), { receiver });
  }

  #workOn(claim: Claim, object: ObjectMetadata, every: number, times: number): void {
    if (!this.#holds(claim) || claim.standing !== 'in the flow') return;
    if (times === 0) {
      this.#ask(object, 'consumed');
      return;
    }
    this.oracle.renewed(claim);
    this.client()?.renewObject(object);
    this.#later(every, () => this.#workOn(claim, object, every, times - 1));
  }

  /** Whether its receiver is there, and has not handed the object out again, or another version, since. */
  #holds(claim: Claim): boolean {
    this.reader.passTime(this.clock.elapsed());
    return (
      this.reader.open &&
      this.client() !== undefined &&
      this.reader.on(claim.appearance.objectID).at(-1) === claim
    );
  }

  #ask(
    object: ObjectMetadata,
    how: Acknowledgement,
    options: { checkVersion?: boolean; receiver?: string | undefined } = {},
  ): void {
    const client = this.client();
    if (!client) return;
    // Each message is a clone, as it is when it went through a wire of two.
    const copy = structuredClone(object);
    const ask = this.oracle.asks(this.reader, copy, how, options.checkVersion === false);
    client.acknowledge(copy, how, { receiver: this.reader.name, ...options }).then(
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
