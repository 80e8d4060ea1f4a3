import type { OutboxLimits } from '../../src/client';
import type { SyncServiceSettings } from './configuration';

/** What the dialog says of the outbox. */
export function outboxLimits(settings: SyncServiceSettings): OutboxLimits {
  const { outboxAge, outboxAtOnce, outboxEntries, outboxOrder, outboxRate, outboxSize, outboxWhenFull } =
    settings;
  return {
    bytes: outboxSize,
    entries: outboxEntries,
    rate: outboxRate,
    atOnce: outboxAtOnce,
    order: outboxOrder === 'every' ? 'every one' : 'latest wins',
    whenFull: outboxWhenFull === 'drop' ? 'drop oldest' : 'refuse',
    // Empty: for ever.
    ...(outboxAge > 0 && { age: outboxAge }),
  };
}
