import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import manifest from '../../package.json';
import { type LocalPair, startPair } from '../support/local-pair';
import { until } from '../support/until';
import { type Block, blocksOf, pages } from './pages';

const run = promisify(execFile);
const root = join(__dirname, '..', '..');
const blocks = pages.flatMap(blocksOf);
const of = (...languages: string[]): Block[] => blocks.filter(({ language }) => languages.includes(language));
const place = ({ page, code }: Block): string => `${page}: ${code.split('\n')[0]}`;

/** Commands that computers of our users have, with those of their own commands that pages use. */
const known: Record<string, RegExp> = {
  cd: /./,
  curl: /./,
  export: /^[A-Z_]+=/,
  docker: /^(?:build|run|volume create|compose up)\b/,
  hzn: /^(?:mms object (?:new|publish|list|delete)|dev service (?:verify|start|log|stop)|exchange (?:service|pattern|deployment) (?:publish|addpolicy)|register|key create|util configconv)\b/,
  mkdir: /./,
  node: /./,
  npx: /^(?:node-red|@edge-sync\/node-red|mocha|tsx)\b/,
  openssl: /^(?:genrsa|rsa|genpkey|pkey)\b/,
  tar: /./,
};
const npm = /^(?:ci|start|test|pack|install|version|publish)\b/;

async function check(words: string, block: Block): Promise<void> {
  const [command = '', ...rest] = words.replace(/^(?:[A-Z_]+=\S+ +)+/, '').split(/ +/);
  const options = rest.join(' ');
  const script = /^run (?:-s |--silent )?(\S+)/.exec(options)?.[1];
  if (command === 'npm' && script)
    assert.ok(script in manifest.scripts, `${place(block)}: npm run ${script}`);
  else if (command === 'npm') assert.match(options, npm, place(block));
  else if (command === 'make') {
    const makefile = await readFile(join(root, dirname(block.page), 'Makefile'), 'utf8');
    for (const target of rest.filter((word) => /^[a-z-]+$/.test(word)))
      assert.match(makefile, new RegExp(`^${target}:`, 'm'), `${place(block)}: make ${target}`);
  } else assert.match(options, known[command] ?? assert.fail(`${place(block)}: ${command}`), place(block));
  for (const [path = ''] of options.matchAll(/(?<=^| )(?:scripts|test|examples|deploy|dist\/bin)\/[\w./-]+/g))
    assert.ok(existsSync(join(root, path.replace(/^dist\/(.*)\.js$/, '$1.ts'))), `${place(block)}: ${path}`);
}

describe('the code on the pages', () => {
  it('is in languages that are checked', () => {
    assert.deepEqual(
      blocks.filter(({ language }) => !['sh', 'js', 'json', 'mermaid', 'text'].includes(language)).map(place),
      [],
    );
  });

  it('has JSON that is JSON', () => {
    for (const block of of('json')) assert.doesNotThrow(() => JSON.parse(block.code), place(block));
  });

  it('has pictures that begin as Mermaid knows them', () => {
    for (const block of of('mermaid'))
      assert.match(
        block.code,
        /^(?:flowchart TD|sequenceDiagram|stateDiagram-v2|xychart-beta)\n/,
        place(block),
      );
  });

  it('has commands that are there, in a form that a shell takes', async () => {
    for (const block of of('sh')) {
      await run('sh', ['-n', '-c', block.code]);
      const whole = block.code.replace(/\\\n\s*/g, ' ').replace(/"[^"]*"|'[^']*'/g, '""');
      const commands = whole.split(/\n|&&|\|\||[|;()]/).map((line) => line.replace(/#.*/, '').trim());
      for (const words of commands.filter(Boolean)) await check(words, block);
    }
  });

  describe('in JavaScript', () => {
    let pair: LocalPair;
    let folder: string;

    before(async () => {
      pair = await startPair();
      folder = await mkdtemp(join(tmpdir(), 'edge-sync-pages-'));
      await mkdir(join(folder, 'node_modules', '@edge-sync'), { recursive: true });
      await symlink(root, join(folder, 'node_modules', '@edge-sync', 'node-red'), 'dir');
      await pair.cloud.publish({ objectType: 'config', objectID: 'settings' }, 'hello');
    });
    after(async () => {
      await pair.close();
      await rm(folder, { recursive: true, force: true });
    });

    for (const block of of('js')) {
      it(`runs, and says something: ${place(block)}`, async () => {
        const [edge] = pair.service.edges;
        const code = block.code
          .replaceAll('http://127.0.0.1:9583', edge?.address ?? '')
          .replaceAll('http://127.0.0.1:9580', pair.service.cloud.address);
        await writeFile(join(folder, 'page.mjs'), code);
        const started = spawn(process.execPath, ['page.mjs'], { cwd: folder });
        let [said, failed] = ['', ''];
        started.stdout.on('data', (text: Buffer) => {
          said += text.toString();
        });
        started.stderr.on('data', (text: Buffer) => {
          failed += text.toString();
        });
        const ended = once(started, 'close');
        await until(
          'it says something',
          () => said !== '' || failed !== '' || started.exitCode !== null,
          45_000,
        );
        started.kill();
        await ended;
        assert.equal(failed, '', code);
        assert.notEqual(said, '', code);
      });
    }
  });
});
