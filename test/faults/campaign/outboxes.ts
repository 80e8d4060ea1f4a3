import { setTimeout as pause } from 'node:timers/promises';
import type { OutboxEntry } from '../../../src/client';
import { until } from '../../support/until';
import { outboxes } from './flow';

/** No machine should need so long, in ms, until all is sent once nothing is disturbed any more. */
const bound = 300_000;

/** Waits until the outboxes of a Node-RED have nothing left to send. @returns what was refused for good. */
export async function emptied(url: string): Promise<OutboxEntry[]> {
  const ask = async (query: 'waiting' | 'deadLetters'): Promise<OutboxEntry[]> => {
    const lists = outboxes.map(async (service) => {
      const response = await fetch(`${url}/${query}/${service}`, { signal: AbortSignal.timeout(30_000) });
      return (await response.json()) as OutboxEntry[];
    });
    return (await Promise.all(lists)).flat();
  };
  let waiting: OutboxEntry[] = [];
  const look = async (): Promise<boolean> => {
    waiting = await ask('waiting');
    if (waiting.length > 0) await pause(500);
    return waiting.length === 0;
  };
  await until('all that was kept is sent', look, bound).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(waiting.slice(0, 5))}`);
  });
  return ask('deadLetters');
}
