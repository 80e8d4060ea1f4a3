import { randomBytes } from 'node:crypto';
import type { NodeAPI } from 'node-red';

/** The part of Node-RED's HTTP server that is asked for a route. */
type HttpNode = Pick<NodeAPI['httpNode'], 'post'>;

const root = '/edge-sync/hooks';
const served = new WeakMap<HttpNode, Map<string, () => void>>();

/** A path that nobody can guess: whoever knows it can have this Node-RED poll. */
export function newHookPath(): string {
  return randomBytes(24).toString('hex');
}

/**
 * Calls `ring` whenever somebody posts to a path, until the returned function is called. All paths share one route,
 * which stays: Node-RED's HTTP server has no way to take one back.
 */
export function answerHook(httpNode: HttpNode, path: string, ring: () => void): () => void {
  const hooks = served.get(httpNode) ?? serve(httpNode);
  hooks.set(path, ring);
  return () => {
    if (hooks.get(path) === ring) hooks.delete(path);
  };
}

export function hookURL(baseURL: string, path: string): string {
  return `${baseURL.replace(/\/+$/, '')}${root}/${path}`;
}

function serve(httpNode: HttpNode): Map<string, () => void> {
  const hooks = new Map<string, () => void>();
  served.set(httpNode, hooks);
  httpNode.post(`${root}/:path`, (request, response) => {
    const ring = hooks.get(String(request.params.path));
    // At once, since the service calls its hooks one after the other; the body is dropped, since anybody may have sent it.
    response.status(ring ? 204 : 404).end();
    ring?.();
  });
  return hooks;
}
