import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Page, pages, prose } from './pages';

const root = join(__dirname, '..', '..');
/** Where people begin, and what leads to them by another way. */
const entrances = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'];

function linksOf(page: Page): string[] {
  const links = prose(page).matchAll(/\]\(([^)\s]+)\)|<img\b[^>]*\bsrc="([^"]+)"/g);
  return Array.from(links, ([, link, picture]) => link ?? picture ?? '');
}

/** What a link names: a file, and a heading on it. */
function targetOf({ path }: Page, link: string): { file: string; anchor: string } {
  const [name = '', anchor = ''] = link.split('#');
  const file = name === '' ? path : normalize(join(dirname(path), decodeURIComponent(name)));
  return { file, anchor };
}

/** As GitHub makes them of headings. */
function anchorsIn(text: string): string[] {
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-'),
  );
}

const inside = (link: string): boolean => !/^[a-z]+:/.test(link);

describe('the links of the pages', () => {
  for (const page of pages) {
    it(`lead somewhere: ${page.path}`, () => {
      for (const link of linksOf(page).filter(inside)) {
        const { file, anchor } = targetOf(page, link);
        assert.ok(existsSync(join(root, file)), link);
        if (anchor) assert.ok(anchorsIn(readFileSync(join(root, file), 'utf8')).includes(anchor), link);
      }
    });
  }

  it('lead to every page', () => {
    const led = new Set(
      pages.flatMap((page) =>
        linksOf(page)
          .filter(inside)
          .map((link) => targetOf(page, link).file),
      ),
    );
    assert.deepEqual(
      pages.map(({ path }) => path).filter((path) => !led.has(path) && !entrances.includes(path)),
      [],
    );
  });

  it('that lead outside are https, or this computer', () => {
    const outside = pages.flatMap((page) => linksOf(page).filter((link) => !inside(link)));
    assert.deepEqual(
      outside.filter((link) => !/^https:\/\/|^http:\/\/127\.0\.0\.1/.test(link)),
      [],
    );
  });
});
