import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kind } from './histories';
import { mutantsOfTransfers } from './mutants-of-transfers';
import { type Mutant, mutants } from './mutants-of-updates';

/**
 * npx tsx test/simulation/mutants.ts [--seeds N] [part of a name]
 *
 * Breaks one transition of the receiving side, or one guard of the rest, at a time, in a copy, and says which rule sees it. One that none sees is
 * told at the end, and by the exit code.
 */
const root = join(__dirname, '..', '..');
const told = process.argv.indexOf('--seeds');
const seeds = told < 0 ? '600' : (process.argv[told + 1] ?? '600');
const wanted = process.argv
  .slice(2)
  .filter((_, index) => told < 0 || (index !== told - 2 && index !== told - 1));

interface OfKind extends Mutant {
  kind: Kind;
}

const all: readonly OfKind[] = [
  ...mutants.map((mutant) => ({
    ...mutant,
    file: `client/updates/${mutant.file}`,
    kind: 'receiving' as const,
  })),
  ...mutantsOfTransfers.map((mutant) => ({ ...mutant, kind: 'transfers' as const })),
];

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  try {
    for (const part of ['src', 'test/simulation', 'test/support', 'package.json', 'tsconfig.json']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const asked = all.filter(({ name }) => wanted.every((part) => name.includes(part)));
    const unseen = asked.filter((mutant) => !isSeen(folder, mutant));
    console.log(
      `${asked.length} mutants, ${unseen.length} unseen${unseen.map(({ name }) => `\n  ${name}`).join('')}`,
    );
    process.exitCode = unseen.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function isSeen(folder: string, { name, file, find, kind, replace }: OfKind): boolean {
  const path = join(folder, 'src', file);
  const text = readFileSync(path, 'utf8');
  if (text.split(find).length !== 2) throw new Error(`${name}: ${file} has "${find}" not exactly once`);
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  try {
    const main = join('test', 'simulation', 'main.ts');
    const options = ['--seeds', seeds, '--kind', kind, '--briefly', '--first'];
    const output = execFileSync(process.execPath, ['--require', 'tsx', main, ...options], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    console.log(`UNSEEN ${name}: ${output.trim().split('\n').at(-1)}`);
    return false;
  } catch (error) {
    const lines = String((error as { stdout?: unknown }).stdout ?? '')
      .trim()
      .split('\n');
    const broken = lines.find((line) => line.includes(' break '));
    // One that could not even be run was seen by nothing.
    console.log(`${broken === undefined ? 'BROKEN' : 'seen  '} ${name}: ${broken ?? lines.at(-1)}`);
    return broken !== undefined;
  } finally {
    writeFileSync(path, text);
  }
}

main();
