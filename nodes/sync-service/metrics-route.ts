import type { NodeAPI } from 'node-red';
import { contentType } from '../common/metrics/exposition';
import { type Metrics, metrics as shared } from '../common/metrics/metrics';

const path = '/edge-sync/metrics';

interface Response {
  type(contentType: string): Response;
  send(body: string): unknown;
}

/**
 * Serves the metrics of this Node-RED where the setting `syncServiceMetrics` says: `'admin'` (unless given) for who may
 * read sync-service, `'node'` with the HTTP nodes, under their password if they have one, or false for nowhere.
 */
export function serveMetrics(RED: NodeAPI, metrics: Metrics = shared): void {
  const { syncServiceMetrics: where = 'admin', httpNodeRoot } = RED.settings as {
    syncServiceMetrics?: unknown;
    httpNodeRoot?: unknown;
  };
  if (where === false) return;
  const answer = (_request: unknown, response: Response): void =>
    void response.type(contentType).send(metrics.text);
  if (where !== 'node') RED.httpAdmin.get(path, RED.auth.needsPermission('sync-service.read'), answer);
  else if (httpNodeRoot !== false) RED.httpNode.get(path, answer);
  metrics.listen();
}
