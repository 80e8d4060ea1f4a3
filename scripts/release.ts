import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../package.json';
import { Repository } from './repository';

/**
 * Packs what was built for a repository that has an address: `package.json` names it, and links and pictures of the pages and
 * of help lead there. The sources name none, so that a copy of them never leads to somebody else.
 *
 *   npm run release -- --repository https://github.com/OWNER/NAME [--tag v1.2.3] [--out FOLDER]
 *
 * With `--tag` it is a release, and refuses a tag and a changelog that are not those of the version.
 */
const root = resolve(__dirname, '..');

function readOptions(): { repository: string; tag: string; out: string } {
  const { values } = parseArgs({
    options: {
      repository: { type: 'string' },
      tag: { type: 'string' },
      out: { type: 'string', default: 'release' },
    },
  });
  const { repository, tag, out } = values;
  if (!repository) throw new Error('Say where the sources are: --repository https://github.com/OWNER/NAME');
  if (tag !== undefined) checkRelease(tag);
  return { repository, tag: tag ?? `v${manifest.version}`, out: resolve(out) };
}

function checkRelease(tag: string): void {
  if (tag !== `v${manifest.version}`)
    throw new Error(`The tag is ${tag}, but package.json says ${manifest.version}`);
  const headings = readFileSync(join(root, 'CHANGELOG.md'), 'utf8').split('\n');
  if (!headings.some((line) => line === `## ${manifest.version}`))
    throw new Error(`CHANGELOG.md has no heading "## ${manifest.version}"`);
}

/** Copies what npm would pack, as it is in the repository of a release, and returns the folder. */
function stage(repository: Repository): string {
  const folder = mkdtempSync(join(tmpdir(), 'edge-sync-release-'));
  const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
  const [{ files } = { files: [] }] = JSON.parse(String(listed)) as { files: { path: string }[] }[];
  for (const { path } of files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, path), target);
    const changed = changedBy(repository, path, target);
    if (changed !== undefined) writeFileSync(target, changed);
  }
  return folder;
}

function changedBy(repository: Repository, path: string, file: string): string | undefined {
  const text = (): string => readFileSync(file, 'utf8');
  if (path === 'package.json') {
    const { version, description, ...others } = JSON.parse(text()) as Record<string, unknown>;
    const named = { name: others.name, version, description, ...repository.links, ...others };
    return `${JSON.stringify(named, null, 2)}\n`;
  }
  if (path.endsWith('.md')) return repository.page(text());
  if (/\/locales\/[^/]+\/[^/]+\.html$/.test(path)) return repository.help(text());
  return undefined;
}

function release(): void {
  const { repository, tag, out } = readOptions();
  const folder = stage(new Repository(repository, tag));
  try {
    mkdirSync(out, { recursive: true });
    const options = ['--json', '--ignore-scripts', '--pack-destination', out];
    const [packed] = JSON.parse(String(execFileSync('npm', ['pack', ...options], { cwd: folder }))) as {
      filename: string;
      size: number;
      unpackedSize: number;
      entryCount: number;
    }[];
    if (!packed) throw new Error('npm packed nothing');
    const { filename, size, unpackedSize, entryCount } = packed;
    console.log(`${join(out, filename)}: ${entryCount} files, ${size} bytes, ${unpackedSize} unpacked`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  release();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
