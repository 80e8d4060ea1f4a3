import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SyncServiceClient } from '../../src/client';

const root = join(__dirname, '..', '..');

function rowsOf(file: string): string[][] {
  const lines = readFileSync(join(root, 'docs', file), 'utf8').split('\n');
  const rows = lines.filter((line) => /^\|/.test(line)).map((line) => line.split('|').slice(1, -1));
  return rows.slice(2).map((cells) => cells.map((cell) => cell.trim()));
}

function methodsIn(text: string): string[] {
  return Array.from(text.matchAll(/`([a-z]\w+)`/g), ([, name]) => name ?? '');
}

const own = [
  ...Object.getOwnPropertyNames(SyncServiceClient.prototype),
  ...Object.getOwnPropertyNames(SyncServiceClient).filter((name) => name === 'fromEnvironment'),
].filter((name) => name !== 'constructor');

describe('the reference', () => {
  for (const file of ['rest-api.md', 'coming-from-go-python-java.md']) {
    it(`${file} has no empty cell, and names tests that are there`, () => {
      const rows = rowsOf(file);
      assert.ok(rows.length > 25);
      for (const row of rows) {
        assert.ok(row.every(Boolean), row.join('|'));
        const [path = '', title = ''] = row.at(-1)?.split(': ') ?? [];
        const spec = readFileSync(join(root, 'test', path), 'utf8');
        assert.ok(spec.includes(title) || spec.includes(title.replace(/^mark/, '')), `${path}: ${title}`);
      }
    });
  }

  it('names every method of the client, and no other', () => {
    const text = readFileSync(join(root, 'docs', 'rest-api.md'), 'utf8');
    const named = new Set(methodsIn(text));
    assert.deepEqual(
      own.filter((name) => !named.has(name)),
      [],
    );
    assert.deepEqual(
      [...named].filter((name) => !own.includes(name)),
      [],
    );
  });

  it('is generated anew when a method is added', () => {
    const api = readFileSync(join(root, 'docs', 'api', 'classes', 'SyncServiceClient.md'), 'utf8');
    assert.deepEqual(
      own.filter((name) => !api.includes(`### ${name}()`)),
      [],
    );
  });
});
