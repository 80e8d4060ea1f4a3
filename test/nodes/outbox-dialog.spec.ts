import assert from 'node:assert/strict';
import { settingsOf } from '../../nodes/common/settings';
import { statusText } from '../../nodes/common/text';
import { table as service } from '../../nodes/sync-service/fields';
import { outboxLimits } from '../../nodes/sync-service/outbox-limits';
import { outboxStatus } from '../../nodes/sync-service/outbox-status';
import type { OutboxState } from '../../src/client';
import { translate } from '../support/texts';

describe('the outbox of a sync-service', () => {
  it('has the limits of the dialog', () => {
    const settings = settingsOf(service, {
      outboxSize: '2',
      outboxEntries: '3',
      outboxAge: '0.5',
      outboxWhenFull: 'drop',
      outboxOrder: 'every',
      outboxRate: '7',
      outboxAtOnce: '2',
    });
    assert.deepEqual(outboxLimits(settings), {
      bytes: 2_097_152,
      entries: 3,
      age: 1_800_000,
      whenFull: 'drop oldest',
      order: 'every one',
      rate: 7,
      atOnce: 2,
    });
    assert.deepEqual(outboxLimits(settingsOf(service, {})), {
      bytes: 268_435_456,
      entries: 100_000,
      whenFull: 'refuse',
      order: 'latest wins',
      rate: 50,
      atOnce: 4,
    });
  });

  it('has a status for each state', () => {
    const now = new Date(2031, 0, 2, 3, 4, 5).getTime();
    const state = { phase: 'sending', waiting: 1, since: now, deadLetters: 0 } as OutboxState;
    const reason = { code: 'SYNC_UNAUTHORIZED', message: '403' };
    const shown = (...given: Parameters<typeof outboxStatus>): unknown => {
      const { text, ...look } = outboxStatus(...given) ?? {};
      return { ...look, text: typeof text === 'object' ? statusText(text, translate) : text };
    };
    assert.deepEqual(shown(state, now), {
      fill: 'blue',
      shape: 'ring',
      text: '1 waiting since 03:04:05',
    });
    assert.deepEqual(shown({ ...state, phase: 'unauthorized', reason, deadLetters: 2 }, now + 86_400_000), {
      fill: 'red',
      shape: 'ring',
      text: 'not authorized: check key and organization, 1 waiting since 2031-01-02 03:04, 2 refused: see sync query',
    });
    for (const [waitsFor, text] of [
      ['window', '1 waiting since 03:04:05, large ones wait for their hours'],
      ['rate', '1 waiting since 03:04:05, large ones wait for their rate'],
    ] as const) {
      assert.deepEqual(shown({ ...state, waitsFor }, now), { fill: 'blue', shape: 'ring', text });
    }
    assert.equal(outboxStatus({ ...state, phase: 'idle', waiting: 0, since: undefined }, now), undefined);
  });
});
