import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '../../src/client';
import { storageErrorCodes } from '../../src/storage/errors';
import { pageAt, rowsOf } from './pages';

const root = join(__dirname, '..', '..');

/** The codes that nodes, commands and libraries give to errors, as their sources name them. */
function codesInSources(): string[] {
  const files = ['src', 'nodes', 'bin'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
  return files.flatMap((text) =>
    Array.from(text.matchAll(/'((?:SYNC|STORAGE)_[A-Z_]+)'/g), ([, code]) => code ?? ''),
  );
}

describe('the table of errors', () => {
  const rows = rowsOf(pageAt('docs/when-nothing-arrives.md')).flatMap(([first = '', ...cells]) => {
    const code = /^`((?:SYNC|STORAGE)_[A-Z_]+)`$/.exec(first)?.[1];
    return code === undefined ? [] : [{ code, cells }];
  });

  it('has every code, once, and no other', () => {
    const known = new Set([...errorCodes, ...storageErrorCodes, ...codesInSources()]);
    assert.deepEqual(rows.map(({ code }) => code).sort(), [...known].sort());
  });

  it('says a cause and a remedy for each', () => {
    for (const { code, cells } of rows) {
      assert.equal(cells.length, 2, code);
      assert.ok(cells.every(Boolean), code);
    }
  });
});
