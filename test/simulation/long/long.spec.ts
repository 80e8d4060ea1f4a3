import assert from 'node:assert/strict';
import type { Figures } from './figures';
import { long } from './long';

/** In bytes, a unit: what a process keeps of its start weighs more where there are few. The long forms are judged by 30. */
const most = { away: 3_000, polling: 400, objects: 600 };

/** The short forms of `npm run test:simulation -- --long`. */
describe('a long run on virtual time', function () {
  this.timeout(120_000);

  function check({ bytesPerUnit, done, wanted }: Figures, run: keyof typeof most): void {
    assert.equal(done, wanted);
    assert.ok(bytesPerUnit < most[run], `${bytesPerUnit} bytes each`);
  }

  it('of a service that is away for half a day: it is asked ever less often, and nothing rests when it is back', async () => {
    const figures = await long('away', 12);
    check(figures, 'away');
    // Two clients, each with a pause of a minute at most, and of half a minute at least.
    assert.ok(figures.mostPerHour <= 2 * 120 + 10, `${figures.mostPerHour} requests in an hour`);
    assert.ok(figures.until <= 120_000, `${figures.until} ms until all was done`);
  });

  it('of an hour in which 20 types are polled: each on its interval, and what comes is consumed', async () => {
    const figures = await long('polling', 1);
    check(figures, 'polling');
    // A poll each 5 s, and few requests for each of what is consumed.
    assert.ok(figures.mostPerHour <= 20 * 720 * 1.1, `${figures.mostPerHour} requests in an hour`);
  });

  it('of 8,000 objects through one feed: each is handed out once, and consumed', async () => {
    check(await long('objects', 8_000), 'objects');
  });
});
