import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import manifest from '../../package.json';
import lock from '../../package-lock.json';
import * as api from '../../src/client';
import { LocalService } from '../../src/local-service';
import { blocksOf, pages } from '../docs/pages';
import { type Packed, pack } from '../support/packed';

const run = promisify(execFile);
const root = join(__dirname, '..', '..');
const languages = ['en-US', 'de', 'ja', 'zh-CN'];
const types = Object.keys(manifest['node-red'].nodes);

const script = `
const client = new SyncServiceClient({ address: process.argv[2], organization: 'demo', key: 'admin@demo' });
client
  .publish({ objectType: 't', objectID: 'o' }, 'hello')
  .then(() => client.fetchObjectData({ objectType: 't', objectID: 'o' }))
  .then((data) => console.log(String(data)))
  .finally(() => client.close());
`;

describe('the examples', () => {
  it('use every node', () => {
    const examples = readdirSync(join(root, 'examples')).map((file) =>
      readFileSync(join(root, 'examples', file), 'utf8'),
    );
    const used = new Set(
      examples.flatMap((text) => (JSON.parse(text) as { type: string }[]).map(({ type }) => type)),
    );
    const missing = types.filter((type) => !used.has(type));
    assert.deepEqual(missing, []);
  });
});

describe('what the package depends on', () => {
  const packages: Record<string, { dev?: boolean; license?: string; hasInstallScript?: boolean }> =
    lock.packages;
  const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);

  it('runs nothing when it is installed, nor does the package itself', () => {
    assert.deepEqual(
      ['preinstall', 'install', 'postinstall'].filter((script) => script in manifest.scripts),
      [],
    );
    assert.deepEqual(
      installed.filter(([, { hasInstallScript = false }]) => hasInstallScript),
      [],
    );
  });

  it('is little, and under licences that nobody refuses', () => {
    assert.ok(Object.keys(manifest.dependencies).length <= 4);
    assert.ok(installed.length > 0);
    const fine = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause'];
    assert.deepEqual(
      installed.filter(([, { license = '' }]) => !fine.includes(license)),
      [],
    );
  });
});

describe('the package, in a folder outside', () => {
  let packed: Packed;
  let service: LocalService;

  before(async () => {
    packed = await pack();
    service = await LocalService.start();
  });
  after(async () => {
    await service.stop();
    await packed.remove();
  });

  const node = async (name: string, text: string, ...rest: string[]): Promise<string> => {
    await writeFile(join(packed.folder, name), text);
    const { stdout } = await run(process.execPath, [join(packed.folder, name), ...rest]);
    return stdout.trim();
  };

  it('holds what it needs', () => {
    const needed = [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      manifest.main,
      manifest.types,
      ...Object.values(manifest.bin),
      ...Object.values(manifest['node-red'].nodes),
      ...types.flatMap((type) => [
        `dist/nodes/${type}/${type}.html`,
        ...languages.flatMap((language) =>
          ['json', 'html'].map((kind) => `dist/nodes/${type}/locales/${language}/${type}.${kind}`),
        ),
      ]),
      ...readdirSync(join(root, 'icons')).map(
        (icon) => `dist/nodes/${icon.replace('.svg', '')}/icons/${icon}`,
      ),
      ...readdirSync(join(root, 'examples')).map((example) => `examples/${example}`),
    ];
    assert.deepEqual(
      needed.filter((path) => !packed.files.has(path)),
      [],
    );
  });

  it('holds nothing else but code', () => {
    const others = Array.from(packed.files.keys()).filter(
      (path) =>
        !/^dist\/(?:src|nodes|bin)\/.+\.js$/.test(path) &&
        !/^dist\/nodes\/[^/]+\/(?:[^/]+\.html|icons\/[^/]+\.svg|locales\/[^/]+\/[^/]+\.(?:html|json))$/.test(
          path,
        ) &&
        !/^examples\/[^/]+\.json$/.test(path),
    );
    assert.deepEqual(others.sort(), [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'THIRD-PARTY-LICENSES.md',
      manifest.types,
      'package.json',
      'sbom.cdx.json',
    ]);
  });

  it('is small', () => {
    const unpacked = Array.from(packed.files.values()).reduce((sum, size) => sum + size, 0);
    assert.ok(unpacked < 1_048_576, `${unpacked} bytes`);
    assert.ok(packed.size < 393_216, `${packed.size} bytes packed`);
  });

  it('is built when it is packed, and public when it is published', () => {
    assert.equal(manifest.scripts.prepack, 'tsx scripts/build.ts --public');
    assert.equal(manifest.publishConfig.access, 'public');
  });

  for (const [name, start] of [
    ['script.cjs', "const { SyncServiceClient } = require('@edge-sync/node-red');"],
    ['script.mjs', "import { SyncServiceClient } from '@edge-sync/node-red';"],
  ] as const) {
    it(`works in ${name}`, async () => {
      assert.equal(await node(name, start + script, service.cloud.address), 'hello');
    });
  }

  it('gives the same names, and the same classes, to import as to require', async () => {
    const text = `
import { createRequire } from 'node:module';
import * as imported from '@edge-sync/node-red';
const required = createRequire(import.meta.url)('@edge-sync/node-red');
const isSame = Object.keys(required).every((name) => imported[name] === required[name]);
console.log(JSON.stringify({ isSame, names: Object.keys(imported) }));
`;
    const { isSame, names } = JSON.parse(await node('names.mjs', text)) as {
      isSame: boolean;
      names: string[];
    };
    assert.ok(isSame);
    const own = names.filter((name) => !['default', 'module.exports', '__esModule'].includes(name));
    assert.deepEqual(own.sort(), Object.keys(api).sort());
  });

  it('keeps its inside to itself, and shows its package.json', async () => {
    const text = `
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const paths = ['package.json', 'dist/src/client/index.js', 'dist/src/local-service', 'dist/nodes/sync-in/sync-in.js'];
for (const path of paths) {
  const name = '@edge-sync/node-red/' + path;
  try {
    console.log(path, require(name).name);
  } catch (error) {
    console.log(path, error.code);
  }
  await import(name, { with: { type: 'json' } }).then(
    (module) => console.log(path, module.default.name),
    (error) => console.log(path, error.code),
  );
}
`;
    assert.deepEqual((await node('inside.mjs', text)).split('\n'), [
      'package.json @edge-sync/node-red',
      'package.json @edge-sync/node-red',
      ...['dist/src/client/index.js', 'dist/src/local-service', 'dist/nodes/sync-in/sync-in.js'].flatMap(
        (path) => [`${path} ERR_PACKAGE_PATH_NOT_EXPORTED`, `${path} ERR_PACKAGE_PATH_NOT_EXPORTED`],
      ),
    ]);
  });

  describe('has types', () => {
    const right = `import { SyncServiceClient, SyncServiceError, type ObjectUpdate } from '@edge-sync/node-red';
const client = new SyncServiceClient({ address: 'http://127.0.0.1:1' });
export async function first(): Promise<ObjectUpdate | undefined> {
  for await (const update of client.pollForUpdates('t')) return update;
  throw new SyncServiceError('SYNC_CLOSED', 'over');
}
`;
    const samples = pages
      .flatMap(blocksOf)
      .filter(({ language }) => language === 'js')
      .map(({ page, code }) => [`sample of ${page.replaceAll('/', ' ')}`, code] as const);
    const files = {
      ...Object.fromEntries(samples),
      right,
      misspelt: right.replace("address: 'http", "adress: 'http"),
      inside: `import { SyncServiceClient, type Transport } from '@edge-sync/node-red';
import type { Paths } from '@edge-sync/node-red/dist/src/client/objects/paths.js';
export const client = new SyncServiceClient({ address: 'http://127.0.0.1:1' }, {});
export let paths: Paths, transport: Transport;
`,
    };
    let said: Record<string, string[]>;

    before(async () => {
      await writeFile(join(packed.folder, 'package.json'), '{"type":"module"}');
      const names = Object.keys(files);
      for (const [name, text] of Object.entries(files))
        await writeFile(join(packed.folder, `${name}.ts`), text);
      // Without types, as is usual since TypeScript 6: those of Node.js are named by what needs them.
      const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'node16'];
      const roots = ['--typeRoots', join(root, 'node_modules', '@types')];
      const compiled = run(
        join(root, 'node_modules', '.bin', 'tsc'),
        [...options, ...roots, ...names.map((name) => `${name}.ts`)],
        { cwd: packed.folder },
      );
      const { stdout } = await compiled.catch((error: { stdout: string }) => error);
      const lines = stdout.trim().split('\n');
      said = Object.fromEntries(
        names.map((name) => [name, lines.filter((line) => line.startsWith(`${name}.ts`))]),
      );
      assert.equal(Object.values(said).flat().length, lines.length, stdout);
    });

    it('that let pass what is right, and say what is wrong', () => {
      assert.deepEqual(said.right, []);
      assert.ok(said.misspelt?.some((line) => line.includes("'adress' does not exist")));
    });

    it('that fit the examples on the pages', () => {
      assert.ok(samples.length >= 3);
      for (const [name] of samples) assert.deepEqual(said[name], []);
    });

    it('of what is public, and of nothing else', () => {
      const text = readFileSync(join(packed.folder, 'node_modules', manifest.name, manifest.types), 'utf8');
      assert.doesNotMatch(text, /@internal|readIdentity|\bimport\b/);
      const expected = [
        /no exported member 'Transport'/,
        /Cannot find module '@edge-sync\/node-red\/dist/,
        /Expected 1 arguments?, but got 2/,
      ];
      assert.equal(said.inside?.length, expected.length);
      for (const [index, each] of expected.entries()) assert.match(said.inside?.[index] ?? '', each);
    });
  });
});
