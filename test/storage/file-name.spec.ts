import assert from 'node:assert/strict';
import promises, { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { mock } from 'node:test';
import { assert as always, constantFrom, property, string, uniqueArray } from 'fast-check';
import { isCaseless } from '../../src/storage/caseless';
import { fileNameOf } from '../../src/storage/file-name';
import { anyCharacter } from '../support/characters';

const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

describe('the file name of a text', () => {
  for (const ordinary of [
    'model.tflite',
    '.hidden',
    'a..b',
    'Model-1_2@x',
    'größe.txt',
    '温度 1.csv',
    'console',
  ]) {
    it(`is the text itself for ${ordinary}`, () => {
      assert.equal(fileNameOf(ordinary), ordinary);
    });
  }

  for (const [text, name] of [
    ['', '%'],
    ['.', '%2E'],
    ['..', '.%2E'],
    ['model.', 'model%2E'],
    ['model ', 'model%20'],
    ['a/b\\c', 'a%2Fb%5Cc'],
    ['100%', '100%25'],
    ['a:b*c?"<>|', 'a%3Ab%2Ac%3F%22%3C%3E%7C'],
    ['a\u0000b\n', 'a%00b%0A'],
    ['con', '%63on'],
    ['Nul.txt', '%4Eul.txt'],
    ['com1 .x', '%63om1 .x'],
    ['cafe\u0301', 'cafe%CC%81'],
    ['caf\u00e9', 'caf\u00e9'],
    ['\ud800x', '%ud800x'],
  ] as const) {
    it(`escapes what cannot be: ${JSON.stringify(text)}`, () => {
      assert.equal(fileNameOf(text), name);
    });
  }

  it('is cut by bytes, between characters, and keeps its ending', () => {
    const long = `${'温'.repeat(300)}.tflite`;
    const name = fileNameOf(long);
    assert.ok(Buffer.byteLength(name) <= 255 && Buffer.byteLength(name) > 250);
    assert.match(name, /^温+%~[0-9a-f]{32}\.tflite$/);
    const other = fileNameOf(`${'温'.repeat(301)}.tflite`);
    assert.notEqual(other, name);
    assert.equal(fileNameOf('a'.repeat(255)), 'a'.repeat(255));
    assert.match(fileNameOf('a'.repeat(256)), /^a{221}%~[0-9a-f]{32}$/);
    // Never in the middle of an escape.
    assert.match(fileNameOf('/'.repeat(200)), /^(?:%2F){73}%~[0-9a-f]{32}$/);
  });

  it('is another one for another text, and one that every platform takes', () => {
    const texts = uniqueArray(string({ unit: anyCharacter, maxLength: 120 }), { maxLength: 10 });
    const near = uniqueArray(
      string({
        unit: constantFrom('e', '\u0301', '\u00e9', '\u1100', '\u1161', '\uac00', '\u212b', '\u00c5'),
        maxLength: 5,
      }),
      { maxLength: 20 },
    );
    const evil = uniqueArray(
      string({
        unit: constantFrom('.', ' ', '%', '2', 'E', '/', 'u', 'd', '~', 'c', 'o', 'n', '\ud800', '\udc00'),
      }),
      { maxLength: 25 },
    );
    for (const some of [texts, near, evil]) {
      always(
        property(some, (all) => {
          const names = all.map(fileNameOf);
          assert.equal(new Set(names).size, all.length);
          assert.equal(new Set(names.map((name) => name.normalize('NFC'))).size, all.length);
          for (const name of names) {
            assert.ok(name !== '' && Buffer.byteLength(name) <= 255);
            // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
            assert.doesNotMatch(name, /[\u0000-\u001f"*/:<>?\\|]|[. ]$/);
            assert.doesNotMatch(name, device);
          }
        }),
      );
    }
  });

  it('is one that a folder gives back as it was made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-names-'));
    const names = ['.', '..', 'a/b', '温'.repeat(300), 'caf\u00e9', 'cafe\u0301', '\ud800', '', 'con'].map(
      fileNameOf,
    );
    for (const name of names) await writeFile(join(folder, name), '');
    assert.deepEqual((await readdir(folder)).sort(), [...names].sort());
    await rm(folder, { recursive: true });
  });
});

describe('a disk that takes upper and lower case for the same', () => {
  it('is told from others by what it finds of a file there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-caseless-'));
    const { stat } = promises;
    const looking = mock.method(promises, 'stat', (path: string) =>
      stat(join(dirname(path), basename(path).toLowerCase())),
    );
    try {
      assert.equal(await isCaseless(folder), true);
      assert.deepEqual(await readdir(folder), []);
    } finally {
      looking.mock.restore();
      await rm(folder, { recursive: true });
    }
  });
});
