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
});
