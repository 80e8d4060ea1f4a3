import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EntryCutter } from '../../../src/client/connection/entry-cutter';
import { bytesInBuffers } from '../../support/memory';

/** What a list is cut into, when it arrives in pieces of so many bytes. */
function cut(
  text: string,
  pieces: readonly number[],
  largest = 1_000_000,
): { entries: string[]; large: string[] } {
  const entries: string[] = [];
  const large: string[] = [];
  const listener = {
    onEntry: (entry: Buffer) => entries.push(String(entry).trim()),
    onTooLarge: (start: Buffer) => large.push(String(start).trim()),
  };
  const cutter = new EntryCutter(listener, largest);
  const bytes = Buffer.from(text);
  let index = 0;
  for (let start = 0; start < bytes.length; index += 1) {
    const end = start + Math.max(1, pieces[index % pieces.length] ?? bytes.length);
    cutter.push(bytes.subarray(start, end));
    start = end;
  }
  cutter.end();
  return { entries, large };
}

const formatted = fc.record({
  list: fc.array(fc.jsonValue({ maxDepth: 3 })),
  // 2 is the service's own.
  indent: fc.constantFrom(2, 2, 2, 0, 1, 3, 4, '\t', '  \t'),
  pieces: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
  end: fc.constantFrom('', '\n', ' \r\n\t'),
});

describe('a list that is cut into its entries', () => {
  it('gives them in whatever formatting, and wherever its pieces end', () => {
    fc.assert(
      fc.property(formatted, ({ list, indent, pieces, end }) => {
        const { entries } = cut(`${end}${JSON.stringify(list, undefined, indent)}${end}`, pieces);
        assert.deepEqual(
          entries.map((entry) => JSON.parse(entry)),
          JSON.parse(JSON.stringify(list)),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('is empty where there is none, in the ways to say so', () => {
    for (const text of ['[]', ' [ \n ] ', 'null', 'null\n']) assert.deepEqual(cut(text, [1]).entries, []);
  });

  it('is no list where it is something else, or does not end, or goes on', () => {
    for (const text of [
      '',
      '{}',
      '<html>',
      'nul',
      '[',
      '[\n  {\n  }',
      '[1,',
      '[]x',
      '[\n  {\n  }\n]\n[]',
      'nullnull',
    ]) {
      for (const pieces of [[1], [1_000]]) assert.throws(() => cut(text, pieces), SyntaxError, text);
    }
  });

  it('leaves an entry out that is too large, and takes the others', () => {
    const list = [{ a: 1 }, { b: 'x'.repeat(100), c: [{ d: {} }] }, { e: 2 }, 'y'.repeat(100), { f: 3 }];
    const largest = [{ a: 1 }, { b: 'x'.repeat(100) }];
    for (const indent of [2, 0, 4]) {
      for (const pieces of [[1], [7], [10_000]]) {
        const mixed = cut(JSON.stringify(list, undefined, indent), pieces, 50);
        assert.deepEqual(
          mixed.entries.map((entry) => JSON.parse(entry)),
          [{ a: 1 }, { e: 2 }, { f: 3 }],
        );
        assert.equal(mixed.large.length, 2);
        assert.match(mixed.large[0] ?? '', /^\{\s*"b": ?"x{20}/);
        assert.equal(cut(JSON.stringify(largest, undefined, indent), pieces, 50).entries.length, 1);
      }
    }
  });

  it('has no more in memory than an entry may have', () => {
    let told = 0;
    const cutter = new EntryCutter({ onEntry: () => undefined, onTooLarge: () => (told += 1) }, 1_000);
    cutter.push(Buffer.from('[\n  {\n    "a": "'));
    const before = bytesInBuffers();
    for (let piece = 0; piece < 1_000; piece += 1) cutter.push(Buffer.alloc(65_536, 'x'));
    assert.equal(told, 1);
    assert.ok(bytesInBuffers() - before < 1_000_000);
    cutter.push(Buffer.from('"\n  }\n]'));
    cutter.end();
  });

  it('leaves an empty entry to who parses it', () => {
    assert.deepEqual(cut('[,1]', [1]).entries, ['', '1']);
    assert.deepEqual(cut('[1,]', [1]).entries, ['1', '']);
  });
});
