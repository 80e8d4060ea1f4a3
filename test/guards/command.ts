import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Guard } from './guard';
import { guards } from './guards';

/**
 * npm run test:guards [-- part of a name]
 *
 * Takes one guard out at a time, in a copy, and says which spec sees it. One that none sees is told at the end, and by
 * the exit code. Those of the receiving side are taken out by test/simulation/mutants.ts, which runs behind it.
 */
const root = join(__dirname, '..', '..');
const wanted = process.argv.slice(2).join(' ');
/** In ms: without its guard something may hang. */
const bound = 180_000;

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'guards-'));
  try {
    // In git's words: nothing that was built, and nothing that somebody tries out.
    const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
    for (const file of files) cpSync(join(root, file), join(folder, file));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const tried = guards.filter(({ name }) => name.includes(wanted));
    const unseen = tried.filter((guard) => !isSeen(folder, guard));
    console.log(
      `${tried.length} guards, ${unseen.length} unseen${unseen.map(({ name }) => `\n  ${name}`).join('')}`,
    );
    process.exitCode = unseen.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whether what is tried is the built package, in a Node-RED of its own. */
function isBuilt(file: string, specs: readonly string[]): boolean {
  return file.startsWith('nodes/') || specs.some((spec) => spec.startsWith('test/faults/'));
}

function isSeen(folder: string, { name, file, find, replace, seenBy }: Guard): boolean {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  try {
    if (isBuilt(file, seenBy)) execFileSync('npm', ['run', '-s', 'build'], { cwd: folder });
    const specs = seenBy.flatMap((spec) => ['--spec', spec]);
    const mocha = join('node_modules', '.bin', 'mocha');
    const options = ['--no-config', '--require', 'tsx/cjs', '--timeout', '30000', '--bail', '--exit'];
    const { status, stdout, signal } = spawnSync(mocha, [...options, ...specs], {
      cwd: folder,
      encoding: 'utf8',
      timeout: bound,
    });
    const title = /^ {2}1\) ([\s\S]*?):\n/m.exec(stdout.split(' failing')[1] ?? '')?.[1];
    const seen = title?.replace(/\s+/g, ' ') ?? (signal ? 'hangs' : undefined);
    // A spec that could not even be run has seen nothing.
    const how = status === 0 ? 'UNSEEN' : seen === undefined ? 'BROKEN' : 'seen  ';
    console.log(`${how} ${file}: ${name}${status === 0 ? '' : ` (${seen ?? stdout.slice(-200).trim()})`}`);
    return how === 'seen  ';
  } finally {
    writeFileSync(path, text);
  }
}

main();
