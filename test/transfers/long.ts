import { type Arrival, download, type Journey, upload } from './journey';

/** `tsx test/transfers/long.ts`: a gibibyte over a line that breaks twenty times, by processes that are killed thrice. */
const journey: Journey = { size: Number(process.argv[2] ?? 1_073_741_824), cuts: 20, kills: 3 };

function report(what: string, { wire, digests, left, processes }: Arrival, most: number): void {
  const isWhole = digests[0] === digests[1] && left.length === 0;
  const share = (wire / journey.size).toFixed(4);
  console.log(
    `${what}: ${wire} bytes on the line (${share} of the data), ${processes} processes, ${isWhole ? 'whole' : 'DAMAGED'}`,
  );
  if (isWhole && wire <= most) return;
  console.error(`at most ${most} bytes were wanted`);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  report('download', await download(journey), 1.02 * journey.size);
  const chunk = 16 * 1_048_576;
  const breaks = journey.cuts + journey.kills;
  report('upload in chunks', await upload(journey, chunk), journey.size + breaks * chunk);
}

void run();
