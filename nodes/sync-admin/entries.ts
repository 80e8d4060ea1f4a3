import { invalidInput } from '../common/failure';
import { describe } from '../common/fields';

/** Entries of an outbox as sync-query lists them, or their IDs; one or several. @throws NodeFailure SYNC_INVALID_ARGUMENT. */
export function entriesOf(value: unknown): { id: number }[] {
  return (Array.isArray(value) ? value : [value]).map((each: unknown) => {
    const id = typeof each === 'object' && each !== null && 'id' in each ? each.id : each;
    if (typeof id === 'number') return { id };
    throw invalidInput(`Entries must be entries of the outbox, or their IDs, not ${describe(each)}`);
  });
}
