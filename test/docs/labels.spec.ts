import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages, prose } from './pages';

const root = join(__dirname, '..', '..');
/** What Node-RED and GitHub show. */
const theirs = [
  ...['Manage palette', 'Install', 'Import', 'Examples', 'Deploy', 'Done', 'Add', 'Nodes', 'JSON'],
  ...['Security', 'Report a vulnerability'],
  /** The tabs of an example. */
  ...['Cloud', 'Edge'],
];

/** What is written in the same way as what a dialog offers, and is something else: words, values, headings, texts of others. */
const others = [
  ...['objects', 'string', 'env variable', 'update', 'major.minor.patch', 'preset', 'dummy', 'CSS', 'bolt'],
  ...['Polls and webhooks', 'No key was sent', 'Ignore object ack received'],
];

/** They are of services and figures, not of the editor. */
const apart = new Set(['docs/mongodb.md', 'docs/performance.md']);

function texts(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(texts);
}

/** The names of examples, and those in them. */
function examples(): string[][] {
  return readdirSync(join(root, 'examples')).map((file) => {
    const nodes: { name?: string; label?: string }[] = JSON.parse(
      readFileSync(join(root, 'examples', file), 'utf8'),
    );
    return [file.replace(/\.json$/, ''), ...nodes.flatMap(({ name = '', label = '' }) => [name, label])];
  });
}

const shown = new Set([
  ...theirs,
  ...readdirSync(join(root, 'nodes')).flatMap((type) => {
    if (!type.startsWith('sync-')) return [];
    const file = join(root, 'nodes', type, 'locales', 'en-US', `${type}.json`);
    // Pages leave out the unit.
    return texts(JSON.parse(readFileSync(file, 'utf8'))).map((text) =>
      text.replace(/ \((?:s|h|MiB|1\/s)\)$/, ''),
    );
  }),
  ...examples().flat(),
  'inject',
  'debug',
  ...readdirSync(join(root, 'nodes')).flatMap((type) =>
    type.startsWith('sync-') ? [type.replace('-', ' '), type] : [],
  ),
]);

describe('what the pages call by name', () => {
  for (const page of pages.filter(
    ({ path }) => /^(?:README|docs\/[\w-]+)\.md$/.test(path) && !apart.has(path),
  )) {
    it(`is there, under this name: ${page.path}`, () => {
      const words = Array.from(prose(page).matchAll(/\*\*([^*]+)\*\*/g), ([, name = '']) =>
        name.replace(/\s+/g, ' ').replace(/ \((?:s|h|MiB|1\/s)\)$/, ''),
      );
      // What ends with a full stop is a sentence.
      assert.deepEqual(
        words.filter((name) => !name.endsWith('.') && !shown.has(name)),
        [],
      );
      const choices = Array.from(prose(page).matchAll(/(?<![\w*])_([^_*]+)_(?!\w)/g), ([, name = '']) =>
        name.replace(/\s+/g, ' '),
      );
      // A sentence may begin with what a dialog writes small.
      const known = new Set([...shown, ...others].map((text) => text.toLowerCase()));
      assert.deepEqual(
        choices.filter((name) => !known.has(name.toLowerCase())),
        [],
      );
    });
  }
});
