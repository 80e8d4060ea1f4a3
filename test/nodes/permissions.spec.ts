import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { serveDialogs } from '../../nodes/sync-service/admin';
import { serveMetrics } from '../../nodes/sync-service/metrics-route';

/** What is said of each route of the admin interface: the permission that it asks for. */
function permissions(): string[] {
  const routes: string[] = [];
  const route =
    (method: string) =>
    (path: string, ...handlers: unknown[]): void => {
      const [permission] = handlers;
      routes.push(`${method} ${path} ${typeof permission === 'string' ? permission : 'for everybody'}`);
    };
  const RED = {
    auth: { needsPermission: (permission: string) => permission },
    httpAdmin: { get: route('GET'), post: route('POST') },
    httpNode: { get: () => assert.fail('metrics are with the HTTP nodes only where a setting says so') },
    settings: {},
  } as unknown as NodeAPI;
  serveDialogs(RED);
  serveMetrics(RED);
  return routes;
}

describe('the routes of the admin interface', () => {
  it('ask for the permission that docs/security.md names, each of them', async () => {
    const page = await readFile(join(__dirname, '../../docs/security.md'), 'utf8');
    const rows = page.matchAll(/^\| `(GET|POST) (\/\S+)` \| `(sync-service\.\w+)` \|/gm);
    const named = Array.from(rows, ([, method, path, permission]) => `${method} ${path} ${permission}`);
    assert.deepEqual(permissions().sort(), named.sort());
  });

  it('have only those who may deploy try what nobody has deployed', () => {
    for (const route of permissions().filter((each) => each.startsWith('POST'))) {
      assert.match(route, / sync-service\.write$/);
    }
  });

  it('answer what no dialog posts with 400, also where Express has read nothing of it', () => {
    const statuses: number[] = [];
    const response = {
      status: (code: number) => {
        statuses.push(code);
        return { end: () => undefined };
      },
    };
    let routes = 0;
    const post = (_path: string, _permission: unknown, handler: (...asked: unknown[]) => void): void => {
      routes += 1;
      for (const body of [undefined, null, 'text', [], {}, { draft: 5 }])
        handler({ body }, response, assert.fail);
    };
    const needsPermission = (permission: string): string => permission;
    serveDialogs({
      auth: { needsPermission },
      httpAdmin: { get: () => undefined, post },
    } as unknown as NodeAPI);
    assert.equal(routes, 3);
    assert.deepEqual(
      statuses,
      Array.from({ length: 6 * routes }, () => 400),
    );
  });
});
