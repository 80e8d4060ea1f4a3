import helper from 'node-red-node-test-helper';
import type { SyncServiceNode } from '../../nodes/sync-service/configuration';
import type { SyncServiceClient } from '../../src/client';

const tester = {};
const inUse = new Set<SyncServiceNode['connection']>();

/** The client of a config node, which a test uses beside the nodes until `letClientsGo`. */
export function clientOf(id: 'css' | 'ess'): Promise<SyncServiceClient> {
  const { connection } = helper.getNode(id) as unknown as SyncServiceNode;
  connection.register(tester);
  inUse.add(connection);
  return connection.client();
}

export function letClientsGo(): void {
  for (const connection of inUse) connection.deregister(tester);
  inUse.clear();
}
