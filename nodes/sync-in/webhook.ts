import type { Node, NodeAPI } from 'node-red';
import type { ServiceConnection } from '../sync-service/connection';
import { Doorbell } from './doorbell';
import { answerHook, hookURL, instancePath, newHookPath } from './hooks';

export interface SyncInCredentials {
  /** The path of the webhook: kept, so that it is the same after a restart or a crash. */
  hookPath?: string;
}

export type SyncInNode = Node<SyncInCredentials>;

/** The webhook of a sync-in. */
export interface Webhook {
  /** Has the service call for these object types, and for no others. */
  retarget(objectTypes: readonly string[]): void;
  close(): Promise<void>;
}

/** What a sync-in without a webhook has. */
export const noWebhook: Webhook = { retarget: () => undefined, close: () => Promise.resolve() };

/**
 * Has the service call this Node-RED.
 *
 * @param onChange told why that does not work, or undefined when it does.
 */
export function useWebhook(
  RED: NodeAPI,
  node: SyncInNode,
  baseURL: string,
  { connection, ring }: { connection: ServiceConnection; ring: () => void },
  onChange: (refused: string | undefined) => void,
): Webhook {
  const refused = reasonAgainstWebhook(RED, baseURL);
  if (refused) {
    onChange(refused);
    return noWebhook;
  }
  const path = hookPathOf(RED, node);
  const stopAnswering = answerHook(RED.httpNode, path, ring);
  const listener = { onChange, onRegistered: ring };
  const url = hookURL(baseURL, path);
  const doorbell = new Doorbell(() => connection.client(), [], url, listener, connection.clock);
  return {
    retarget: (objectTypes) => doorbell.retarget(objectTypes),
    close() {
      stopAnswering();
      return doorbell.close();
    },
  };
}

function reasonAgainstWebhook(RED: NodeAPI, baseURL: string): string | undefined {
  const settings = RED.settings as { httpNodeRoot?: string | false; httpNodeAuth?: unknown };
  if (!baseURL) return 'it has no base URL';
  if (!RED.httpNode || settings.httpNodeRoot === false) return 'Node-RED has no HTTP server for nodes';
  // The service calls without credentials.
  if (settings.httpNodeAuth) return 'Node-RED asks for a password (httpNodeAuth)';
  return undefined;
}

/** The editor makes the path when the node is added; a flow that came another way gets one now, kept by the next deploy. */
function hookPathOf(RED: NodeAPI, node: SyncInNode): string {
  const template = (node as SyncInNode & { _alias?: string })._alias;
  let hookPath = node.credentials?.hookPath;
  if (!hookPath) {
    hookPath = newHookPath();
    RED.nodes.addCredentials(template ?? node.id, { hookPath });
  }
  return template ? instancePath(hookPath, node.id) : hookPath;
}
