import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { SyncServiceClient } from '../../src/client';
import { contend } from '../contender';

/** What is loaded: the nodes of `dist`, others by their names; and whether a client is made, as by a node that is used. */
interface Loads {
  modules?: readonly string[];
  nodes?: boolean;
  client?: boolean;
}

void contend(async ({ modules = [], nodes = false, client = false }: Loads) => {
  const root = process.cwd();
  const load = createRequire(join(root, 'package.json'));
  const manifest: { main: string; 'node-red': { nodes: Record<string, string> } } = load('./package.json');
  const files = nodes ? Object.values(manifest['node-red'].nodes).map((file) => `./${file}`) : modules;
  return async () => {
    for (const file of files) load(file);
    if (client) {
      const loaded = load(`./${manifest.main}`) as { SyncServiceClient: typeof SyncServiceClient };
      new loaded.SyncServiceClient({ address: 'http://127.0.0.1:9' });
    }
    return { modules: Object.keys(load.cache).length };
  };
});
