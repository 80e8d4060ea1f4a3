import type { Node, NodeAPI, NodeDef } from 'node-red';
import { AbsentService, invalidInput, type NodeFailure } from '../common/failure';
import { sharedText } from '../common/text';
import type { SyncServiceNode } from './configuration';
import type { ServiceConnection } from './connection';
import type { Outage } from './outage';
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

/** What the log has of outages of the sync-service that a node has chosen; throws as useService. */
export function outageOf(RED: NodeAPI, serviceID: string): Outage {
  return serviceOf(RED, serviceID).outage;
}

function serviceOf(RED: NodeAPI, serviceID: string): SyncServiceNode {
  const service = nodeOf(RED, serviceID);
  if (!service) throw unusable(RED, serviceID);
  return service;
}

function nodeOf(RED: NodeAPI, serviceID: string): SyncServiceNode | undefined {
  const service = RED.nodes.getNode(serviceID) as unknown as SyncServiceNode | null;
  return service?.connection ? service : undefined;
}

/** Node-RED makes no node of one that is disabled; its flows still name it. */
function unusable(RED: NodeAPI, serviceID: string): NodeFailure {
  if (!serviceID) {
    return invalidInput('Choose a sync-service for this node', sharedText('wrong.noService'));
  }
  const hasCome = (): boolean => nodeOf(RED, serviceID) !== undefined;
  const saved: NodeDef[] = [];
  RED.nodes.eachNode((each) => saved.push(each));
  const found = saved.find(({ id }) => id === serviceID) as (NodeDef & { d?: boolean }) | undefined;
  if (found?.d) {
    const message = `The sync-service ${found.name || serviceID} is disabled: enable it, or choose another`;
    return new AbsentService(message, sharedText('wrong.serviceDisabled'), hasCome);
  }
  const message = 'The sync-service of this node is gone: choose another';
  return new AbsentService(message, sharedText('wrong.serviceGone'), hasCome);
}
