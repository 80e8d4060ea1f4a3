import assert from 'node:assert/strict';
import { codeOf, filesIn, type SourceFile } from './code';
import { exceptions } from './exceptions';
import { longFiles } from './plan';
import { type RuleName, rules } from './rules';

const ours = filesIn('src', 'nodes', 'bin');
const withTools = [...ours, ...filesIn('bench', 'scripts', 'types')];

describe('the house', () => {
  const sayings: Readonly<Record<RuleName, [string, readonly SourceFile[]]>> = {
    layers: ['has arrows that run one way, type-only ones included', ours],
    circles: ['has no circle of imports, type-only ones included', withTools],
    doors: ['has one door to a package that is behind one', ours],
    size: ['has files that a reader can keep in mind', withTools],
    time: ['has one source of time and one of chance', ours],
  };
  for (const [name, [title, files]] of Object.entries(sayings)) {
    it(title, () => {
      const [found, excepted] = [rules[name as RuleName](files), exceptions[name as RuleName]];
      const isExcepted = (finding: string): boolean => excepted.some((start) => finding.startsWith(start));
      assert.deepEqual(
        found.filter((finding) => !isExcepted(finding)),
        [],
      );
      const unneeded = excepted.filter((start) => !found.some((finding) => finding.startsWith(start)));
      assert.deepEqual(unneeded, [], 'exceptions that are not needed any more');
    });
  }

  it('has no file among the long ones that is gone or short', () => {
    const long = rules.size(ours.map((file) => ({ ...file, path: `longer/${file.path}` })));
    for (const path of Object.keys(longFiles)) {
      assert.ok(
        long.some((finding) => finding.startsWith(`longer/${path} `)),
        path,
      );
    }
  });
});

describe('a rule of the house', () => {
  /** What a rule finds in files that are given as `path: text`. */
  const find = (name: RuleName, files: Record<string, string>): string[] =>
    rules[name](Object.entries(files).map(([path, text]) => ({ path, text })));
  const client = 'src/client/client.ts';
  const transport = 'src/client/connection/transport.ts';

  for (const [what, text] of [
    ['an import', "import { a } from '../local-service/index';"],
    ['an import of a type', 'import type { A } from "../local-service";'],
    ['an import over several lines', "import {\n  a,\n} from '../local-service';"],
    ['an import for its effect', "import '../local-service';"],
    ['an export', "export * from '../local-service';"],
    ['an import when it is needed', "const a = await import('../local-service');"],
    ['the type of a module', "let a: typeof import('../local-service');"],
    ['an import by require', "import a = require('../local-service');"],
  ] as const) {
    it(`sees ${what}`, () => {
      const files = { [client]: text, 'src/local-service/index.ts': '' };
      assert.deepEqual(find('layers', files), [
        `${client} -> src/local-service/index.ts: src/client may not know src/local-service`,
      ]);
    });
  }

  for (const [from, to] of [
    ['src/local-service/index.ts', client],
    ['src/system/clock.ts', 'src/protocol/names.ts'],
    ['src/protocol/names.ts', 'src/system/clock.ts'],
    ['src/storage/lock.ts', 'src/protocol/names.ts'],
    [client, 'nodes/common/failure.ts'],
    [client, 'test/support/until.ts'],
    [transport, 'src/client/objects/names.ts'],
    ['src/client/objects/names.ts', 'src/client/data/source.ts'],
    ['src/client/data/source.ts', 'src/client/administration/webhooks.ts'],
    ['src/client/updates/feed.ts', 'src/client/deliveries/watch.ts'],
    ['src/client/deliveries/watch.ts', client],
    [client, 'src/client/index.ts'],
    [client, 'src/client/elsewhere/thing.ts'],
    ['src/local-service/delivery/cloud.ts', 'src/local-service/rest/index.ts'],
    ['nodes/sync-in/sync-in.ts', 'nodes/sync-out/sync-out.ts'],
  ] as const) {
    it(`refuses an arrow from ${from} to ${to}`, () => {
      const way = Array.from(from.split('/').slice(1), () => '..').join('/');
      const files = { [from]: `import { a } from '${way}/${to.replace(/\.ts$/, '')}';`, [to]: '' };
      assert.equal(find('layers', files).length, 1);
    });
  }

  it('sees circles, of one file and of many', () => {
    const files = {
      'src/a.ts': "import './b';\nimport './d';",
      'src/b.ts': "import type { C } from './c';",
      'src/c.ts': "export { a } from './a';",
      'src/d.ts': "import './d';",
    };
    assert.deepEqual(find('circles', files), [
      'src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts',
      'src/d.ts -> src/d.ts',
    ]);
  });

  it('keeps a door shut', () => {
    const files = { [transport]: "import 'undici';", [client]: "import type { Pool } from 'undici/types';" };
    assert.deepEqual(find('doors', files), [`${client} imports undici`]);
  });

  it('counts lines', () => {
    const files = { 'src/a.ts': 'x\n'.repeat(300), 'src/b.ts': 'x\n'.repeat(301) };
    assert.deepEqual(find('size', files), ['src/b.ts has more than 300 lines']);
  });

  for (const [text, word] of [
    ['const now = Date.now;', 'Date.now'],
    ['const now = new Date();', 'new Date()'],
    ['const now = new Date;', 'new Date'],
    ['const now = Date();', 'Date'],
    ['performance.now()', 'performance.now'],
    ['process.hrtime.bigint()', 'process.hrtime'],
    ['process.uptime()', 'process.uptime'],
    ['let timer: ReturnType<typeof setTimeout>', 'setTimeout'],
    ['globalThis.setInterval(work, 5)', 'globalThis.setInterval'],
    ['setImmediate(work)', 'setImmediate'],
    ['Math.random()', 'Math.random'],
    ["import { randomUUID } from 'node:crypto'", 'randomUUID'],
    ['AbortSignal.timeout(5)', 'AbortSignal.timeout'],
    ['AbortSignal.any([a, b])', 'AbortSignal.any'],
    // After a division, and in a template.
    ['const half = a / 2; /* b / 2 */ Date.now() / 2;', 'Date.now'],
    ['const name = `file-${Date.now()}`;', 'Date.now'],
  ] as const) {
    it(`sees ${word} in: ${text}`, () => {
      assert.deepEqual(find('time', { [client]: text, 'src/system/clock.ts': text }), [
        `${client} uses ${word}`,
      ]);
    });
  }

  it('sees the modules of timers', () => {
    const text = "import { setTimeout as pause } from 'node:timers/promises';";
    assert.deepEqual(find('time', { [client]: text }), [
      `${client} uses setTimeout`,
      `${client} imports node:timers/promises`,
    ]);
  });

  for (const text of [
    '// Date.now() is not used',
    '/* nor\n Math.random() */',
    "const text = 'Date.now() // is not'; // used",
    'const text = "setTimeout";',
    "const expression = /'Date.now()/; const other = 'a';",
    'new Date(time).toISOString()',
    'socket.setTimeout(5)',
    'const timeOfDay = Date.parse(text);',
    'this.#setTimeout(5)',
    'randomUUIDs',
  ]) {
    it(`sees nothing in: ${text}`, () => {
      assert.deepEqual(find('time', { [client]: text }), []);
    });
  }

  it('takes comments away and nothing else', () => {
    const text = "const a = 'http://x'; // b\nconst c = `// d`; /* e */ f(/[/]'\"/g, g / h);";
    assert.equal(codeOf(text), "const a = 'http://x';  \nconst c = `// d`;   f(/[/]'\"/g, g / h);");
  });
});
