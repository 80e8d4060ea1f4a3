import type { Node, NodeAPI } from 'node-red';
import { invalidInput } from '../common/failure';
import type { SyncServiceNode } from './configuration';
import type { ServiceConnection } from './connection';
import type { ServiceOutbox } from './outbox';

/**
 * The connection of the sync-service that a node has chosen; the node is its user until it deregisters.
 *
 * @throws NodeFailure SYNC_INVALID_ARGUMENT when none is chosen, or the chosen one is disabled or gone.
 */
export function useService(RED: NodeAPI, node: Node, serviceID: string): ServiceConnection {
  const { connection } = serviceOf(RED, serviceID);
  connection.register(node);
  return connection;
}

/** The outbox of the sync-service that a node has chosen; throws as useService. */
export function outboxOf(RED: NodeAPI, serviceID: string): ServiceOutbox {
  return serviceOf(RED, serviceID).outbox;
}

function serviceOf(RED: NodeAPI, serviceID: string): SyncServiceNode {
  const service = RED.nodes.getNode(serviceID) as unknown as SyncServiceNode | null;
  if (!service?.connection) throw invalidInput('Choose a sync-service for this node');
  return service;
}
