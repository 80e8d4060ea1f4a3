import { SyncServiceClient } from '../../src/client';
import { contend } from '../contender';
import { connection, type Place } from '../place';

/** Receivers of many types with long lists, and a stream of publishes at a given rate beside them. */
void contend(async ({ edge, perSecond, seconds, types }: ScaleTask) => {
  const client = new SyncServiceClient(connection(edge));
  for (const objectType of types) {
    const receiver = client.pollForUpdates(objectType, { includeReceived: false, interval: 30_000 });
    await receiver.batches().next();
  }
  const data = Buffer.alloc(1_024, 'x');
  let published = 0;
  let failed = 0;
  let underWay = 0;
  const publish = (): void => {
    underWay += 1;
    const over = (): void => {
      underWay -= 1;
    };
    client
      .publish({ objectType: 'scale', objectID: `o${published}` }, data)
      .then(
        () => {
          published += 1;
        },
        () => {
          failed += 1;
        },
      )
      .finally(over);
  };
  const memory: number[] = [];
  return async () => {
    const began = performance.now();
    const end = began + seconds * 1_000;
    let begun = 0;
    let nextLook = began;
    while (performance.now() < end) {
      const due = ((performance.now() - began) / 1_000) * perSecond;
      for (; begun < due && underWay < mostUnderWay; begun += 1) publish();
      if (performance.now() >= nextLook) {
        memory.push(process.memoryUsage().rss / 1_048_576);
        nextLook += (seconds * 1_000) / 20;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    // The program has grown to its size in the first fifth.
    const settled = memory.slice(4);
    const half = Math.floor(settled.length / 2);
    return {
      'published a second': published / seconds,
      failed,
      'MiB in the first half': mean(settled.slice(0, half)),
      'MiB in the second half': mean(settled.slice(half)),
      growth: mean(settled.slice(half)) / mean(settled.slice(0, half)),
    };
  };
});

/** A machine that does not keep up is behind, and not full of what it cannot do. */
const mostUnderWay = 1_000;

interface ScaleTask {
  edge: Place;
  types: string[];
  perSecond: number;
  seconds: number;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
