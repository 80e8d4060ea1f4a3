import type { NodeAPI } from 'node-red';
import { invalidInput } from '../common/failure';
import { labelsOf, settingsOf } from '../common/settings';
import { fillSettings, variablesOf } from '../common/variables';
import type { SyncServiceCredentials, SyncServiceNode, SyncServiceSettings } from './configuration';
import type { OpenedClient } from './connection';
import { table } from './fields';
import texts from './locales/en-US/sync-service.json';
import { openClient } from './open';
import { tlsOf } from './tls';

const labels = labelsOf(texts['sync-service']);

/** What the editor shows in place of a secret that is stored. */
const stored = '__PWRD__';

/** What a dialog says of a service, deployed or not. */
export interface Draft {
  /** Of the config node, which may not be deployed yet. */
  id: string;
  settings: Partial<SyncServiceSettings>;
  credentials: SyncServiceCredentials;
}

/** What a dialog has posted; undefined where somebody else has, and it is something else. */
export function draftIn(posted: unknown): Draft | undefined {
  if (!isObject(posted)) return undefined;
  const { credentials, id, settings } = posted;
  if (typeof id !== 'string' || !isObject(settings) || !isObject(credentials)) return undefined;
  const isPlain = (value: unknown): boolean => ['string', 'boolean', 'number'].includes(typeof value);
  if (!Object.values(settings).every(isPlain)) return undefined;
  if (!Object.values(credentials).every((value) => typeof value === 'string')) return undefined;
  return { id, settings, credentials };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Opens the client that a dialog describes.
 *
 * @throws NodeFailure or SyncServiceError SYNC_INVALID_ARGUMENT when the dialog is not complete.
 */
export async function openDraft(RED: NodeAPI, draft: Draft): Promise<OpenedClient> {
  const node = deployed(RED, draft.id);
  const settings = settingsOf(
    table,
    withEnvironment(RED, node, draft.settings, (named) => named),
  );
  const given = withEnvironment(RED, node, draft.credentials, () => '');
  const credentials = secretOf(node, given, settings);
  const tls = tlsOf(RED, settings);
  if (settings.tls && !tls) throw invalidInput('Deploy the TLS configuration first');
  const filled = fillSettings(table, settings, variablesOf(RED, node), labels);
  return openClient(filled, credentials, tls);
}

/** The sync-service node that runs under an ID. */
export function deployed(RED: NodeAPI, id: string): SyncServiceNode | undefined {
  const node = RED.nodes.getNode(id) as unknown as SyncServiceNode | null;
  return node?.type === 'sync-service' ? node : undefined;
}

/** A stored secret goes the way that it is stored for, and no other. */
function secretOf(
  node: SyncServiceNode | undefined,
  { key = '', secret = '' }: SyncServiceCredentials,
  settings: SyncServiceSettings,
): SyncServiceCredentials {
  if (secret !== stored) return { key, secret };
  if (!node || wayOf(node.settings) !== wayOf(settings)) {
    throw invalidInput(
      'Enter the secret again: the stored one is for the deployed address, CA file, TLS and proxy',
    );
  }
  return { key, secret: node.credentials?.secret ?? '' };
}

/** All that decides who gets to see what is sent. */
export function wayOf({ connection, address, side, caFile, tls, proxy }: SyncServiceSettings): string {
  return JSON.stringify([connection, address, caFile, tls, proxy && side === 'cloud']);
}

/**
 * Puts environment variables in place, as Node-RED does when a node is deployed.
 *
 * @param unset what stands for one that is not set.
 */
function withEnvironment<T extends object>(
  RED: NodeAPI,
  node: SyncServiceNode | undefined,
  values: T,
  unset: (named: string) => string,
): T {
  const variables = variablesOf(RED, node);
  const resolved = Object.entries(values).map(([name, value]) => {
    const variable = typeof value === 'string' ? /^\$\{([^{}\s]+)\}$/.exec(value)?.[1] : undefined;
    return [name, variable === undefined ? value : (variables(variable) ?? unset(String(value)))];
  });
  return Object.fromEntries(resolved) as T;
}
