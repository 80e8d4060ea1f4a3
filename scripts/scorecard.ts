import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import manifest from '../package.json';

/**
 * What flows.nodered.org will say of a packed package: `npm run scorecard -- FILE.tgz`. It asks the npm registry for the
 * dependencies; `no-catalogue.cjs` stands in for catalogue.nodered.org, and finds every name new.
 */
const judge = 'node-red-dev@0.1.6';
/** What it may find: undici 8 does not run on Node.js 20. */
const known = { D03: Object.keys(manifest.dependencies) };

interface Finding {
  test?: boolean;
  packages?: string[];
}

function cardOf(archive: string, folder: string): Record<string, Finding> {
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  execFileSync(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder, judge],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const card = join(folder, 'card.json');
  const stub = join(__dirname, 'no-catalogue.cjs');
  execFileSync(
    join(folder, 'node_modules', '.bin', 'node-red-dev'),
    ['validate', '-p', join(folder, 'package'), '-o', card],
    { stdio: ['ignore', 'inherit', 'ignore'], env: { ...process.env, NODE_OPTIONS: `--require "${stub}"` } },
  );
  return JSON.parse(readFileSync(card, 'utf8')) as Record<string, Finding>;
}

function isKnown([check, { packages = [] }]: [string, Finding]): boolean {
  return check === 'D03' && packages.every((name) => known.D03.includes(name));
}

const [archive = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'edge-sync-scorecard-'));
try {
  const failed = Object.entries(cardOf(resolve(archive), folder)).filter(([, { test }]) => test === false);
  const unknown = failed.filter((finding) => !isKnown(finding));
  for (const [check, finding] of unknown) console.error(`${check}: ${JSON.stringify(finding)}`);
  process.exitCode = unknown.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
