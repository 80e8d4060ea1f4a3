import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder of a Node-RED in which the built package is installed. */
export interface UserDir {
  path: string;
  remove(): Promise<void>;
}

const root = resolve(__dirname, '../..');

export async function makeUserDir(): Promise<UserDir> {
  const path = await mkdtemp(join(tmpdir(), 'edge-sync-node-red-'));
  const modules = join(path, 'node_modules', '@edge-sync');
  await mkdir(modules, { recursive: true });
  await symlink(root, join(modules, 'node-red'), 'dir');
  const manifest = { name: 'test', private: true, dependencies: { '@edge-sync/node-red': '*' } };
  await writeFile(join(path, 'package.json'), JSON.stringify(manifest));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
