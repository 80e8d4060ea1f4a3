import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder of a Node-RED in which the built package is installed. */
export interface UserDir {
  path: string;
  remove(): Promise<void>;
}

const root = resolve(__dirname, '../..');

/** @param template of which it is a copy, where the package is to be installed in another way. */
export async function makeUserDir(template?: string): Promise<UserDir> {
  const path = await mkdtemp(join(tmpdir(), 'edge-sync-node-red-'));
  const userDir = { path, remove: () => rm(path, { recursive: true, force: true }) };
  if (template !== undefined) {
    await cp(template, path, { recursive: true, verbatimSymlinks: true });
    return userDir;
  }
  const modules = join(path, 'node_modules', '@edge-sync');
  await mkdir(modules, { recursive: true });
  await symlink(root, join(modules, 'node-red'), 'dir');
  const manifest = { name: 'test', private: true, dependencies: { '@edge-sync/node-red': '*' } };
  await writeFile(join(path, 'package.json'), JSON.stringify(manifest));
  return userDir;
}
