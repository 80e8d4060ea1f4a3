/** How much of a list could be read: all of it, part of it, or nothing. */
export type Reading = 'whole' | 'part' | 'unreadable';

/**
 * Whether a receiver has seen a list.
 *
 * `unseen`: none. `glimpsed`: one that left something out. `overdue`: two such, the last with nothing that could be
 * read. A list that is never readable must hold nobody up: from the second on nobody waits for it, but it is still
 * asked for. `seen`: one that left nothing out or, from the second on, one that brought something.
 */
export type Sight = 'unseen' | 'glimpsed' | 'overdue' | 'seen';

/** @returns what a receiver has seen once it was shown one more list. */
export function sightAfter(before: Sight, reading: Reading): Sight {
  if (before === 'seen' || reading === 'whole') return 'seen';
  if (before === 'unseen') return 'glimpsed';
  return reading === 'part' ? 'seen' : 'overdue';
}

/** Whether others wait until the receiver has seen the list, since that may bring it what they have. */
export function isAwaited(sight: Sight): boolean {
  return sight === 'unseen' || sight === 'glimpsed';
}
