import type { NodeAPI } from 'node-red';
import { settingsOf } from '../common/settings';
import type { SyncServiceSettings } from './configuration';
import { type Draft, deployed, wayOf } from './draft';
import { table } from './fields';

/**
 * Whether a dialog would have this Node-RED use more of its computer than the network: environment variables, a file, a
 * socket, the certificate of a tls-config node, what Open Horizon's agent has mounted, or the ports of another local service.
 * Only those who might deploy it may have that: what comes back, or arrives at an address of their choice, would tell them
 * what it is.
 */
export function reachesIntoMachine(RED: NodeAPI, draft: Draft): boolean {
  const texts = [...Object.values(draft.settings), ...Object.values(draft.credentials)];
  if (texts.some((text) => typeof text === 'string' && text.includes('${'))) return true;
  const settings = settingsOf(table, draft.settings);
  const node = deployed(RED, draft.id);
  if (node && reachOf(node.settings) === reachOf(settings)) return false;
  const { address, caFile, connection, tls } = settings;
  if (connection === 'address') return caFile !== '' || tls !== '' || !/^https?:/i.test(address);
  return connection !== '';
}

function reachOf(settings: SyncServiceSettings): string {
  const { connection, edgeID, edgeType, organization, side } = settings;
  const place = connection === 'local' ? [side, organization, edgeType, edgeID] : [];
  return JSON.stringify([wayOf(settings), ...place]);
}
