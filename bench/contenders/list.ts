import { monitorEventLoopDelay } from 'node:perf_hooks';
import { SyncServiceClient, type UpdateReceiver } from '../../src/client';
import { contend } from '../contender';
import { connection } from '../place';
import type { ListTask } from '../tasks';

/** A receiver that polls: the list of a type is read again and again, and nothing or little of it is new. */
void contend(async ({ edge, objectType, polls }: ListTask) => {
  const client = new SyncServiceClient(connection(edge));
  const receiver = client.pollForUpdates(objectType, {
    interval: 3_600_000,
    includeReceived: false,
    window: 32,
  });
  await receiver.batches().next();
  for (let warm = 0; warm < 3; warm += 1) await poll(receiver);
  return async () => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    for (let done = 0; done < polls; done += 1) await poll(receiver);
    return { longest: delay.max / 1_000_000 };
  };
});

function poll(receiver: UpdateReceiver): Promise<void> {
  const polled = nextPoll(receiver);
  receiver.ring();
  return polled;
}

/** Resolves when another poll has succeeded. */
function nextPoll(receiver: UpdateReceiver): Promise<void> {
  const before = receiver.state.nextPoll;
  return new Promise((resolve) => {
    const stop = receiver.onState(({ nextPoll: next, phase }) => {
      if (phase === 'connecting' || next === undefined || next === before) return;
      stop();
      setImmediate(resolve);
    });
  });
}
