/** Waits until all of it has ended, then throws the first failure. Promise.all would not wait for the others. */
export async function allEnded(work: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  const ended = await Promise.allSettled(work);
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
}
