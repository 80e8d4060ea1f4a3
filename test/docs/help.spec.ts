import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';

const root = join(__dirname, '..', '..');

function pagesIn(type: string, language: string): string[] {
  const help = readFileSync(join(root, 'nodes', type, 'locales', language, `${type}.html`), 'utf8');
  return Array.from(help.matchAll(/<code>(docs\/[\w./-]+)<\/code>/g), ([, page = '']) => page);
}

describe('the help of each node', () => {
  for (const type of Object.keys(manifest['node-red'].nodes)) {
    it(`names pages that are there, the same in each language: ${type}`, () => {
      const named = pagesIn(type, 'en-US');
      assert.ok(named.length > 0);
      for (const page of named) assert.ok(existsSync(join(root, page)), page);
      for (const language of ['de', 'ja', 'zh-CN'])
        assert.deepEqual(pagesIn(type, language), named, language);
    });
  }
});
