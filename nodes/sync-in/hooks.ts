import { createHmac, randomBytes } from 'node:crypto';
import type { NodeAPI } from 'node-red';

/** The part of Node-RED's HTTP server that is asked for a route. */
type HttpNode = Pick<NodeAPI['httpNode'], 'post'>;

/** The paths that are answered by the one route of an HTTP server. */
interface Served {
  readonly rings: Map<string, () => void>;
  takeBack(): void;
}

const root = '/edge-sync/hooks';
const served = new WeakMap<HttpNode, Served>();

/** A path that nobody can guess: whoever knows it can have this Node-RED poll. */
export function newHookPath(): string {
  return randomBytes(24).toString('hex');
}

/** The path of one instance of a subflow, made of that which all its instances keep: as hard to guess, and as lasting. */
export function instancePath(kept: string, instance: string): string {
  return createHmac('sha256', kept).update(instance).digest('hex').slice(0, kept.length);
}

/**
 * Calls `ring` whenever somebody posts to a path, until the returned function is called. All paths share one route,
 * which goes with the last of them.
 */
export function answerHook(httpNode: HttpNode, path: string, ring: () => void): () => void {
  const { rings, takeBack } = served.get(httpNode) ?? serve(httpNode);
  rings.set(path, ring);
  return () => {
    if (rings.get(path) !== ring) return;
    rings.delete(path);
    if (rings.size === 0) takeBack();
  };
}

export function hookURL(baseURL: string, path: string): string {
  return `${baseURL.replace(/\/+$/, '')}${root}/${path}`;
}

function serve(httpNode: HttpNode): Served {
  const rings = new Map<string, () => void>();
  httpNode.post(`${root}/:path`, (request, response) => {
    const ring = rings.get(String(request.params.path));
    // At once, since the service calls its hooks one after the other; the body is dropped, since anybody may have sent it.
    response.status(ring ? 204 : 404).end();
    ring?.();
  });
  const stack = routesOf(httpNode);
  const route = stack.at(-1);
  const takeBack = (): void => {
    served.delete(httpNode);
    const index = stack.indexOf(route);
    if (index >= 0) stack.splice(index, 1);
  };
  const hooks = { rings, takeBack };
  served.set(httpNode, hooks);
  return hooks;
}

/** Express has no other way to take a route back; Node-RED's own http-in does it so. */
function routesOf(httpNode: HttpNode): unknown[] {
  type Routed = { _router?: { stack: unknown[] }; router?: { stack: unknown[] } };
  const { _router: routed } = httpNode as Routed;
  // Express 4 throws when it is asked for `router`, and Express 5 knows only that.
  return (routed ?? (httpNode as Routed).router)?.stack ?? [];
}
