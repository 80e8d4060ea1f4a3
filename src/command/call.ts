import { parseArgs } from 'node:util';
import type { Acknowledgement, DeliveryGoal, SigningKey, SyncServiceClient } from '../client';
import type { Environment } from './environment';
import { UsageError } from './exit';
import type { Remedies } from './findings';
import type { Output } from './output';
import { textIn } from './text-file';

const options = {
  into: { type: 'string' },
  once: { type: 'boolean' },
  mark: { type: 'string' },
  to: { type: 'string', multiple: true },
  meta: { type: 'string' },
  version: { type: 'string' },
  instance: { type: 'string' },
  sign: { type: 'string' },
  trust: { type: 'string', multiple: true },
  wait: { type: 'string' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export type Option = keyof typeof options;

export type Values = ReturnType<typeof parse>['values'];

/** What a command was called with, and what it works with. */
export interface Call {
  client: SyncServiceClient;
  values: Values;
  words: readonly string[];
  environment: Environment;
  remedies: Remedies;
  output: Output;
  stop: AbortSignal;
}

/** @throws UsageError for an unknown option. */
export function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [said = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(said);
  }
}

/** The goal to wait for. @throws UsageError for an unknown goal, or one that an edge never learns of. */
export function goalOf({ wait: goal }: Values, kind: SyncServiceClient['kind']): DeliveryGoal | undefined {
  if (goal === 'delivered' && kind === 'ESS')
    throw new UsageError('An edge learns only that its cloud has consumed an object: --wait consumed');
  if (goal === undefined || goal === 'delivered' || goal === 'consumed') return goal;
  throw new UsageError(`--wait is delivered or consumed, not ${goal}`);
}

/** What the service is told about an object that has been dealt with. */
export function markOf({ mark = 'consumed' }: Values): Acknowledgement {
  if (mark === 'consumed' || mark === 'received') return mark;
  throw new UsageError(`--mark is consumed or received, not ${mark}`);
}

/** The keys that data must be signed with; undefined if any will do, or none. */
export async function trustedKeysOf({ trust }: Values): Promise<string[] | undefined> {
  return trust && Promise.all(trust.map((path) => textIn(path, '--trust')));
}

/** The key to sign with, whose passphrase is in EDGE_SYNC_PASSPHRASE, if it has one. */
export async function signingKeyOf(
  { sign }: Values,
  { EDGE_SYNC_PASSPHRASE: passphrase }: Environment,
): Promise<SigningKey | undefined> {
  if (sign === undefined) return undefined;
  return { privateKey: await textIn(sign, '--sign'), ...(passphrase && { passphrase }) };
}

/** In ms. */
export function patienceOf({ timeout = '60' }: Values): number {
  const seconds = Number(timeout);
  if (seconds > 0) return seconds * 1_000;
  throw new UsageError(`--timeout is a number of seconds, not ${timeout}`);
}
