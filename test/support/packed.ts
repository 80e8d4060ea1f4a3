import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(__dirname, '../..');

/** The package as it would be published, installed in a folder outside, with what it depends on and nothing else. */
export interface Packed {
  folder: string;
  /** What was packed, by path, with its size in bytes. */
  files: ReadonlyMap<string, number>;
  /** Bytes of the archive. */
  size: number;
  remove(): Promise<void>;
}

interface Archive {
  filename: string;
  size: number;
  files: { path: string; size: number }[];
}

async function packInto(folder: string): Promise<Archive> {
  const options = ['--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await run('npm', ['pack', ...options], { cwd: root });
  const [archive] = JSON.parse(stdout) as Archive[];
  if (!archive) throw new Error(`npm pack said: ${stdout}`);
  return archive;
}

/** Packs what was built before. @returns the path of the archive in that folder. */
export async function packedArchive(folder: string): Promise<string> {
  return join(folder, (await packInto(folder)).filename);
}

/** Packs what was built before: `npm test` and `prepack` build. */
export async function pack(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-sync-packed-'));
  const archive = await packInto(folder);
  const target = join(folder, 'node_modules', '@edge-sync', 'node-red');
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', join(folder, archive.filename), '-C', target, '--strip-components', '1']);
  const { dependencies } = JSON.parse(await readFile(join(target, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, 'node_modules', name), link, 'dir');
  }
  return {
    folder,
    files: new Map(archive.files.map(({ path, size }) => [path, size])),
    size: archive.size,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
