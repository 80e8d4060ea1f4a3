import assert from 'node:assert/strict';
import { give, next, receivingFlow, run, services, withNodeRed } from '../support/flow';

const catching = [
  { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['caught']] },
  { id: 'caught', type: 'helper', z: 'tab' },
];

describe('a message about an object that no service can have', () => {
  withNodeRed();

  for (const id of ['fetch', 'consume']) {
    it(`fails in ${id}, and nothing dies of it`, async () => {
      const died: unknown[] = [];
      const onDeath = (error: unknown): void => void died.push(error);
      process.on('unhandledRejection', onDeath);
      await run(services, receivingFlow(), catching);
      const failure = next('caught');
      give(id, { object: { objectType: 'a b', objectID: '../x' } });
      const { code } = (await failure).error as unknown as { code: string };
      assert.equal(code, 'SYNC_INVALID_ARGUMENT');
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', onDeath);
      assert.deepEqual(died, []);
    });
  }
});
