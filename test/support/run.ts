import fc from 'fast-check';

/** A run of `npm test` is judged by what was changed, not by what is drawn: EDGE_SYNC_SEED draws other properties. */
fc.configureGlobal({ seed: Number(process.env.EDGE_SYNC_SEED ?? 1) });

/** How long a process may go on once all has been tested, in ms. */
const lingering = 60_000;

/** What a test leaves behind is named, and does not hold up who waits for the outcome. */
export const mochaHooks = {
  afterAll(): void {
    setTimeout(() => {
      console.error(
        'All is tested, and this keeps the process:',
        process.getActiveResourcesInfo().join(', '),
      );
      process.exit();
    }, lingering).unref();
  },
};
