import { SyncServiceClient } from '../../src/client';
import { alive } from '../alive';
import { contend } from '../contender';
import { median } from '../median';
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
  const memory: { held: number; resident: number }[] = [];
  return async () => {
    const began = performance.now();
    const end = began + seconds * 1_000;
    let begun = 0;
    let nextLook = began;
    while (performance.now() < end) {
      const due = ((performance.now() - began) / 1_000) * perSecond;
      for (; begun < due && underWay < mostUnderWay; begun += 1) publish();
      if (performance.now() >= nextLook) {
        memory.push({ held: alive() / mebibyte, resident: process.memoryUsage().rss / mebibyte });
        nextLook += (seconds * 1_000) / 20;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    // The program has grown to its size in the first fifth.
    const settled = memory.slice(4);
    const half = Math.floor(settled.length / 2);
    const first = middleOf(settled.slice(0, half));
    const second = middleOf(settled.slice(half));
    return {
      'published a second': published / seconds,
      failed,
      'MiB held in the first half': first.held,
      'in the second': second.held,
      'MiB resident in the first half': first.resident,
      'resident in the second': second.resident,
      growth: second.held / first.held,
    };
  };
});

const mebibyte = 1_048_576;

/** A machine that does not keep up is behind, and not full of what it cannot do. */
const mostUnderWay = 1_000;

interface ScaleTask {
  edge: Place;
  types: string[];
  perSecond: number;
  seconds: number;
}

function middleOf(values: readonly { held: number; resident: number }[]): { held: number; resident: number } {
  return {
    held: median(values.map(({ held }) => held)),
    resident: median(values.map(({ resident }) => resident)),
  };
}
