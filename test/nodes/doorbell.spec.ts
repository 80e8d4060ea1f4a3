import assert from 'node:assert/strict';
import { Doorbell } from '../../nodes/sync-in/doorbell';
import { ManualClock } from '../support/manual-clock';

const hour = 3_600_000;

describe('a doorbell', () => {
  const asked: string[] = [];
  const service = {
    registerWebhook: async (objectType: string) => void asked.push(`register ${objectType}`),
    deleteWebhook: async (objectType: string) => void asked.push(`delete ${objectType}`),
  };
  const listener = { onRegistered: () => undefined, onChange: () => undefined };
  let clock: ManualClock;
  let doorbell: Doorbell;
  beforeEach(() => {
    asked.length = 0;
    clock = new ManualClock();
    doorbell = new Doorbell(() => Promise.resolve(service), [], 'http://a/hook', listener, clock);
  });

  it('registers again each ten minutes, once, however often its object types have changed', async () => {
    for (const types of [['a'], ['a', 'b'], ['b']]) doorbell.retarget(types);
    await clock.advance(0);
    asked.length = 0;
    await clock.advance(hour + 1_000);
    assert.deepEqual(
      asked,
      Array.from({ length: 6 }, () => 'register b'),
    );
    await doorbell.close();
  });

  it('asks for nothing any more once it is closed, also where its object types had just changed', async () => {
    for (const types of [['a'], ['a', 'b']]) doorbell.retarget(types);
    const closing = doorbell.close();
    await clock.advance(0);
    await closing;
    asked.length = 0;
    await clock.advance(hour);
    assert.deepEqual(asked, []);
    assert.equal(clock.waiting, 0);
  });

  it('keeps no timer of before when it is closed later', async () => {
    for (const types of [['a'], ['a', 'b']]) doorbell.retarget(types);
    await clock.advance(0);
    await doorbell.close();
    asked.length = 0;
    await clock.advance(hour);
    assert.deepEqual(asked, []);
  });

  it('says why it does not work, and nothing dies of it, where the service cannot be opened', async () => {
    const told: (string | undefined)[] = [];
    const onChange = (refused: string | undefined): void => void told.push(refused);
    const unopened = (): Promise<never> => Promise.reject(new Error('the port is taken'));
    const silent = new Doorbell(unopened, [], 'http://a/hook', { ...listener, onChange }, clock);
    const died: unknown[] = [];
    const onDeath = (error: unknown): void => void died.push(error);
    process.on('unhandledRejection', onDeath);
    for (const types of [['a'], ['b'], []]) silent.retarget(types);
    await clock.advance(hour);
    process.off('unhandledRejection', onDeath);
    assert.deepEqual(told, ['the port is taken']);
    assert.deepEqual(died, []);
    await assert.rejects(silent.close(), /the port is taken/);
  });
});
