/** What has come of some work by now: `done`, or the code or message of its failure; undefined while it is under way. */
export function watched(work: Promise<unknown>): { end: string | undefined } {
  const watch: { end: string | undefined } = { end: undefined };
  work.then(
    () => {
      watch.end = 'done';
    },
    ({ code, message }) => {
      watch.end = code ?? message;
    },
  );
  return watch;
}
