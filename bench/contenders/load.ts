import { createRequire } from 'node:module';
import { join } from 'node:path';
import { contend } from '../contender';

/** Loads modules: the nodes of `dist`, and others by their names. */
void contend(async ({ modules = [], nodes = false }: { modules?: string[]; nodes?: boolean }) => {
  const root = process.cwd();
  const load = createRequire(join(root, 'package.json'));
  const manifest: { 'node-red': { nodes: Record<string, string> } } = load('./package.json');
  const ours = nodes ? Object.values(manifest['node-red'].nodes).map((file) => `./${file}`) : [];
  return async () => {
    for (const file of [...ours, ...modules]) load(file);
    return { modules: Object.keys(load.cache).length };
  };
});
