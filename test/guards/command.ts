import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
  // A spec has another user run what was built.
  chmodSync(folder, 0o755);
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

/** Those that import all they try; others try the built package. */
const fromSource = /^test\/(?:bench|client|local-service|protocol|storage|system)\//;

function runSpecs(folder: string, specs: readonly string[]): SpawnSyncReturns<string> {
  if (!specs.every((spec) => fromSource.test(spec)))
    execFileSync('npm', ['run', '-s', 'build'], { cwd: folder });
  const options = ['--no-config', '--require', 'tsx/cjs', '--timeout', '30000', '--bail', '--exit'];
  return spawnSync(
    join('node_modules', '.bin', 'mocha'),
    [...options, ...specs.flatMap((spec) => ['--spec', spec])],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: bound,
    },
  );
}

const sound = new Map<string, boolean>();

/** What fails with every guard in its place sees none that is missing. */
function isSound(folder: string, spec: string): boolean {
  const known = sound.get(spec) ?? runSpecs(folder, [spec]).status === 0;
  sound.set(spec, known);
  return known;
}

function isSeen(folder: string, { name, file, find, replace, seenBy }: Guard): boolean {
  const unsound = seenBy.filter((spec) => !isSound(folder, spec));
  if (unsound.length > 0) {
    console.log(`BROKEN ${file}: ${name} (with it in its place fails ${unsound.join(', ')})`);
    return false;
  }
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  try {
    const { status, stdout, signal } = runSpecs(folder, seenBy);
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
