import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageAt } from './pages';

const root = join(__dirname, '..', '..');
const named = /`(test\/[^`]+)`: (.+)/;

/** The rows of the table of threats: each with its answer and its tests. */
function threats(): string[][] {
  const { text } = pageAt('docs/security.md');
  const [, section = ''] = text.split('## Threats\n');
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => /^\| [A-Z]/.test(line));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('the table of threats', () => {
  it('names for each an answer and a test that there is, by its title', () => {
    const rows = threats();
    assert.ok(rows.length >= 20, String(rows.length));
    for (const [threat, answer, tests = ''] of rows) {
      assert.ok(answer, `${threat} has no answer`);
      for (const test of tests.split('<br>')) {
        const [, file = '', title = ''] = named.exec(test) ?? [];
        assert.ok(file && existsSync(join(root, file)), `${threat}: there is no ${file || test}`);
        const text = readFileSync(join(root, file), 'utf8');
        const begins = [`it('${title}'`, `describe('${title}'`];
        assert.ok(
          begins.some((begin) => text.includes(begin)),
          `${threat}: ${file} has no test "${title}"`,
        );
      }
    }
  });
});
