import {
  type Acknowledgement,
  isSyncServiceError,
  type ReceiverState,
  type SyncServiceClient,
  SyncServiceError,
  type UpdateReceiver,
} from '../client';
import { exit } from './exit';
import type { Remedies } from './findings';
import { ReceivingFolder } from './folder';
import { nothing } from './nothing';
import type { Output } from './output';
import { nameOf } from './reference';
import { Taking } from './taking';

export interface ReceiveOptions {
  objectTypes: readonly string[];
  into: string;
  once: boolean;
  mark: Acknowledgement;
  /** If given, only data that one of these keys has signed is accepted. */
  trustedKeys: readonly string[] | undefined;
  remedies: Remedies;
}

/** How many objects of a type are under way at a time. */
const window = 4;

/** Puts objects of some types into a folder: with `once` those that are there, else those that come, until `stop`. */
export async function receive(
  client: SyncServiceClient,
  { objectTypes, into, once, mark, trustedKeys, remedies }: ReceiveOptions,
  output: Output,
  stop: AbortSignal,
): Promise<number> {
  const taking = new Taking(client, await ReceivingFolder.open(into), { mark, trustedKeys }, output, stop);
  if (once) return receiveOnce(client, objectTypes, taking, output, stop);
  const receivers = objectTypes.map((type) => client.pollForUpdates(type, { window, ...exhaustion(output) }));
  const close = (): void => {
    for (const receiver of receivers) receiver.close();
  };
  stop.addEventListener('abort', close);
  for (const [index, receiver] of receivers.entries())
    tellConnection(receiver, objectTypes[index] ?? '', remedies, output);
  output.note(`Waiting for ${objectTypes.join(', ')} from ${client.address}`);
  await Promise.all(receivers.map((receiver) => takeAll(receiver, taking, output)));
  return exit.done;
}

async function takeAll(receiver: UpdateReceiver, taking: Taking, output: Output): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const { object } of receiver) {
    const taken = taking
      .take(object)
      .catch((error: unknown) => {
        if (isSyncServiceError(error, 'SYNC_ABORTED', 'SYNC_CLOSED')) return;
        receiver.release(object, error instanceof Error ? error : undefined);
        // The newer version comes by itself.
        if (!isSyncServiceError(error, 'SYNC_SUPERSEDED')) output.failure(error);
      })
      .finally(() => running.delete(taken));
    running.add(taken);
  }
  await Promise.all(running);
}

async function receiveOnce(
  client: SyncServiceClient,
  objectTypes: readonly string[],
  taking: Taking,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const seen = new Set<string>();
  let failed = false;
  for (const objectType of objectTypes) {
    // Lists again until nothing is new, since objects may have changed meanwhile.
    for (let isNews = true; isNews; ) {
      isNews = false;
      for (const object of await client.listUpdates(objectType, { received: true, signal })) {
        const version = `${nameOf(object)} ${object.instanceID}`;
        if (seen.has(version)) continue;
        seen.add(version);
        isNews = true;
        try {
          await taking.take(object);
        } catch (error) {
          if (isSyncServiceError(error, 'SYNC_SUPERSEDED')) continue;
          if (isSyncServiceError(error, 'SYNC_ABORTED')) throw error;
          failed = true;
          output.failure(error);
        }
      }
    }
  }
  if (failed) return exit.failed;
  if (seen.size > 0) return exit.done;
  return nothing(client, `No objects of ${objectTypes.join(', ')}`, output, signal);
}

/** Reports the first failure and the recovery, once each. */
function tellConnection(
  receiver: UpdateReceiver,
  objectType: string,
  remedies: Remedies,
  output: Output,
): void {
  let failing = false;
  receiver.onState(({ phase, error }: ReceiverState) => {
    if (phase === 'backing-off' && !failing) {
      failing = true;
      const failure = error ?? new SyncServiceError('SYNC_UNREACHABLE', 'The service does not answer');
      output.failure(failure, remedies.against(failure));
    } else if (phase === 'connected' && failing) {
      failing = false;
      output.note(`${objectType}: the service answers again`);
    }
  });
}

function exhaustion(output: Output): Parameters<SyncServiceClient['pollForUpdates']>[1] {
  return {
    onExhausted: (object, attempts) =>
      output.note(`${nameOf(object)} is given up after ${attempts} attempts: it rests until it changes`),
  };
}
