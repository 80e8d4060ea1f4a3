import type {
  DeliveryGoal,
  ObjectMetadataInput,
  ObjectReference,
  SigningKey,
  SyncServiceClient,
} from '../client';
import { definitionIn } from './definition';
import type { Environment } from './environment';
import { exit, UsageError } from './exit';
import type { Remedies } from './findings';
import type { Output } from './output';
import { nameOf } from './reference';
import { wait } from './status';

export interface SendOptions {
  file: string;
  object: ObjectReference;
  /** Destination types, or TYPE/ID; empty for everybody. */
  to: readonly string[];
  /** A file with more metadata. */
  meta: string | undefined;
  version: string | undefined;
  sign: SigningKey | undefined;
  goal: DeliveryGoal | undefined;
  /** In ms. */
  patience: number;
  environment: Environment;
  remedies: Remedies;
}

/** Publishes a file, and waits until it has got as far as asked for. */
export async function send(
  client: SyncServiceClient,
  { file, object, to, meta, version, sign, goal, patience, environment, remedies }: SendOptions,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const metadata = {
    ...(meta !== undefined && (await definitionIn(meta, object, environment))),
    ...object,
    ...destinationsOf(to),
    ...(version !== undefined && { version }),
  };
  await client.publish(metadata, { file }, { signal, sign, onProgress: output.progress(nameOf(object)) });
  // The object is published, even if the service cannot say now what it has.
  const sent = await client.getObjectMetadata(object, { signal }).catch(() => undefined);
  const about = sent && { instanceID: sent.instanceID, bytes: sent.objectSize };
  const size = sent ? `, ${sent.objectSize} bytes` : '';
  output.result({ ...object, ...about, outcome: 'published' }, `${nameOf(object)} published${size}`);
  return goal === undefined
    ? exit.done
    : wait(client, sent ?? object, { goal, patience, remedies }, output, signal);
}

function destinationsOf(to: readonly string[]): Partial<ObjectMetadataInput> {
  if (to.length === 0) return {};
  const places = to.map((place) => place.split('/'));
  if (places.every(([type, id, ...more]) => type && id && more.length === 0)) {
    return { destinationsList: places.map(([type, id]) => `${type}:${id}`) };
  }
  const [only = []] = places;
  if (places.length === 1 && only.length === 1 && only[0]) return { destinationType: only[0] };
  throw new UsageError('--to is TYPE, once, or TYPE/ID, as often as you like');
}
