import assert from 'node:assert/strict';
import type { ServiceConnection } from '../../nodes/sync-service/connection';
import { ServiceOutbox } from '../../nodes/sync-service/outbox';

describe('the outbox of a sync-service', () => {
  it('that could not be opened is tried again by who uses it next, and tells each failure', async () => {
    let tries = 0;
    let users = 0;
    const connection = {
      register: () => {
        users += 1;
      },
      deregister: () => {
        users -= 1;
      },
      client: () => {
        tries += 1;
        return Promise.reject(new Error(`try ${tries}`));
      },
    } as unknown as ServiceConnection;
    const told: string[] = [];
    const listener = {
      onState: () => undefined,
      onEnd: () => undefined,
      onDamage: () => undefined,
      onFailure: (error: unknown) => told.push(String(error)),
    };
    const outbox = new ServiceOutbox({ connection, folder: '/nowhere', limits: {}, listener });
    await assert.rejects(
      outbox.use(() => undefined),
      /try 1/,
    );
    await assert.rejects(
      outbox.use(() => undefined),
      /try 2/,
    );
    assert.deepEqual([users, told], [0, ['Error: try 1', 'Error: try 2']]);
  });
});
