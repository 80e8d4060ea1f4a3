import { join, parse, relative, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const root = resolve(__dirname, '../..');
const built = new Map<string, string>();

/**
 * A TypeScript program of the tests as one that Node.js runs as it is. With a loader of TypeScript, a process of its own
 * would spend longer on looking at each file of Node-RED than on what it is for.
 *
 * @param source its file; what it imports from this package is put into it.
 */
export function program(source: string): string {
  const known = built.get(source);
  if (known !== undefined) return known;
  const outfile = join(root, '.cache', 'programs', `${parse(relative(root, source)).name}.js`);
  const options = { bundle: true, packages: 'external', platform: 'node', format: 'cjs' } as const;
  buildSync({ entryPoints: [source], outfile, ...options, target: 'node20', logLevel: 'error' });
  built.set(source, outfile);
  return outfile;
}
