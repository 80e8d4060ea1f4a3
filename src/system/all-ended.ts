/** Resolves once all of it has ended; then the first failure is told. Promise.all does not wait for the others. */
export async function allEnded(work: readonly (Promise<unknown> | undefined)[]): Promise<void> {
  const ended = await Promise.allSettled(work);
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
}
