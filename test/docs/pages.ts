import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(__dirname, '..', '..');

/** A page that people read, by its path in the repository. */
export interface Page {
  path: string;
  text: string;
}

export interface Block {
  page: string;
  language: string;
  code: string;
}

/** All but what is generated. */
export const pages: readonly Page[] = [
  ...markdownIn('.', false),
  ...markdownIn('docs', true),
  ...markdownIn('deploy', true),
].filter(({ path }) => !/^docs\/(?:api|node_modules)\//.test(path) && path !== 'THIRD-PARTY-LICENSES.md');

export function pageAt(path: string): Page {
  const found = pages.find((page) => page.path === path);
  if (!found) throw new Error(`There is no page ${path}`);
  return found;
}

export function blocksOf({ path, text }: Page): Block[] {
  return Array.from(
    text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```/gm),
    ([, indent = '', language = '', code = '']) => ({
      page: path,
      language,
      code: code.replace(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}

/** The text without its code. */
export function prose({ text }: Page): string {
  return text.replace(/^ *```[\s\S]*?^ *```/gm, '').replace(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
}

/** The cells of the tables on a page. */
export function rowsOf({ text }: Page): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|') && !/^\|[ |:-]+\|$/.test(line));
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function markdownIn(folder: string, deep: boolean): Page[] {
  const path = join(root, folder);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
  const names = readdirSync(path, { withFileTypes: true, recursive: deep });
  return names
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .map((name) => ({ path: name, text: readFileSync(join(root, name), 'utf8') }));
}
