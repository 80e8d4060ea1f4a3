import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const docs = join(root, 'docs');

function picturesOf(text: string): string[] {
  return Array.from(text.matchAll(/[\w./-]+\.png/g), ([name]) => name.replace(/^docs\//, ''));
}

describe('the pictures', () => {
  const pages = [join(root, 'README.md'), ...markdownIn(docs)];
  const named = new Set(pages.flatMap((page) => picturesOf(readFileSync(page, 'utf8'))));
  const there = readdirSync(docs).filter((file) => file.endsWith('.png'));

  it('that pages show are there, and no other', () => {
    assert.deepEqual([...named].sort(), there.sort());
  });

  it('are small', () => {
    const large = there.filter((file) => statSync(join(docs, file)).size > 150 * 1024);
    assert.deepEqual(large, []);
  });
});

function markdownIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));
}
