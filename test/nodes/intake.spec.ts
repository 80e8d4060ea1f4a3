import assert from 'node:assert/strict';
import { Intake } from '../../nodes/sync-in/intake';
import { statusOf } from '../../nodes/sync-in/status';
import type { ServiceConnection } from '../../nodes/sync-service/connection';
import type { ReceiverState } from '../../src/client';
import { Listeners } from '../../src/system/listeners';
import { ManualClock } from '../support/manual-clock';

/** What says how often it is asked for its state. */
class Receiver {
  static reads = 0;
  readonly #listeners = new Listeners<ReceiverState>('a test');
  #phase: ReceiverState['phase'] = 'connecting';

  constructor(readonly objectType: string) {}

  get state(): ReceiverState {
    Receiver.reads += 1;
    return { phase: this.#phase, inFlight: 0, acknowledging: 0, exhausted: 0 };
  }

  onState(listener: (state: ReceiverState) => void): () => void {
    return this.#listeners.add(listener);
  }

  become(phase: ReceiverState['phase']): void {
    this.#phase = phase;
    this.#listeners.tell(this.state);
  }

  async *batches(): AsyncGenerator<never> {}

  close(): void {
    this.become('closed');
  }
}

describe('what a sync-in receives', () => {
  it('may be thousands of object types: what one of them says costs no look at the others', async () => {
    const count = 5_000;
    const types = Array.from({ length: count }, (_, index) => `type-${index}`);
    const receivers: Receiver[] = [];
    const pollForUpdates = (objectType: string): Receiver => {
      const receiver = new Receiver(objectType);
      receivers.push(receiver);
      return receiver;
    };
    const connection = {
      clock: new ManualClock(),
      client: () => Promise.resolve({ pollForUpdates }),
    } as unknown as ServiceConnection;
    let told = 0;
    const intake = new Intake(connection, {
      nodeID: 'in',
      service: 'ess',
      receiver: {},
      acknowledge: 'flow',
      isDone: () => false,
      send: () => undefined,
      onState: () => {
        told += 1;
      },
      onUnopened: assert.ifError,
      onError: assert.ifError,
    });
    Receiver.reads = 0;
    await intake.subscribe(types);
    for (const receiver of receivers) receiver.become('connected');
    assert.deepEqual(
      [told, Receiver.reads],
      [count, 2 * count],
      'each once as it begins, and once as it changes',
    );
    const { states } = intake;
    assert.deepEqual([states.size, states.count('connecting'), states.count('connected')], [count, 0, count]);
    receivers[7]?.become('full');
    assert.equal(states.count('full', 'connected'), count);
    assert.equal(statusOf(states.all(), { refused: false, subscribed: count }, 0).fill, 'yellow');
    intake.unsubscribe(types);
    assert.deepEqual([states.size, states.count('full'), states.count('connected')], [0, 0, 0]);
  });
});
