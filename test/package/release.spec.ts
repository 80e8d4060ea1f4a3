import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import manifest from '../../package.json';
import { billOfMaterials } from '../../scripts/bill-of-materials';
import { Repository } from '../../scripts/repository';

const run = promisify(execFile);
const root = join(__dirname, '..', '..');
const url = 'https://example.org/owner/name';

interface Archive {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

async function packIn(folder: string, ...options: string[]): Promise<Archive> {
  const { stdout } = await run('npm', ['pack', '--json', ...options], { cwd: folder });
  // What the build says stands before it.
  const [archive] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as Archive[];
  assert.ok(archive);
  return archive;
}

describe('links of a release', () => {
  const repository = new Repository(`${url}.git/`, 'v1.2.3');

  it('lead into the repository, to what was there at its tag', () => {
    const page = [
      'See [the docs](docs/a.md#part), [`examples/`](examples) and [here](./LICENSE).',
      '![A picture](docs/a.png) <img src="docs/b.png" width="3" alt="b" />',
      '[![badge](docs/c.png)](docs/c.md)',
    ];
    assert.deepEqual(repository.page(page.join('\n')).split('\n'), [
      `See [the docs](${url}/blob/v1.2.3/docs/a.md#part), [\`examples/\`](${url}/blob/v1.2.3/examples) and [here](${url}/blob/v1.2.3/LICENSE).`,
      `![A picture](${url}/raw/v1.2.3/docs/a.png) <img src="${url}/raw/v1.2.3/docs/b.png" width="3" alt="b" />`,
      `[![badge](${url}/raw/v1.2.3/docs/c.png)](${url}/blob/v1.2.3/docs/c.md)`,
    ]);
  });

  it('stay where they lead elsewhere', () => {
    const page =
      '[a](https://a.example/b), [c](#c), [d](mailto:d@example.org) and ![e](data:image/png;base64,AA)';
    assert.equal(repository.page(page), page);
  });

  it('are made of the pages that help names', () => {
    assert.equal(
      repository.help('<p>More: <code>docs/a-b.md</code>, <code>msg.a</code></p>'),
      `<p>More: <a href="${url}/blob/v1.2.3/docs/a-b.md" target="_blank" rel="noopener">docs/a-b.md</a>, <code>msg.a</code></p>`,
    );
  });

  it('need an address that is one', () => {
    for (const wrong of [
      '',
      'owner/name',
      'git@example.org:owner/name',
      'http://example.org/a/b',
      'https://example.org/a',
    ])
      assert.throws(() => new Repository(wrong, 'v1'), /must be https:\/\/HOST\/OWNER\/NAME/, wrong);
  });
});

describe('what is installed with the package', () => {
  for (const [file, text] of Object.entries(billOfMaterials())) {
    it(`is in ${file}: npm run sbom writes it anew`, () => {
      assert.equal(readFileSync(join(root, file), 'utf8'), text);
    });
  }
});

describe('a release', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'edge-sync-release-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const release = (...options: string[]): Promise<string> =>
    run(process.execPath, ['--require', 'tsx/cjs', 'scripts/release.ts', ...options], { cwd: root }).then(
      ({ stdout }) => stdout,
      ({ stderr }: { stderr: string }) => stderr,
    );

  it('is what npm would pack, with the address of its repository in it', async () => {
    const said = await release('--repository', url, '--out', folder);
    const [name = ''] = readdirSync(folder);
    assert.ok(said.includes(join(folder, name)), said);
    execFileSync('tar', ['-xzf', join(folder, name), '-C', folder]);
    const inside = join(folder, 'package');
    const packed = await packIn(root, '--dry-run', '--ignore-scripts');
    const listed = readdirSync(inside, { recursive: true, encoding: 'utf8', withFileTypes: true });
    assert.equal(listed.filter((entry) => entry.isFile()).length, packed.files.length);
    const published = JSON.parse(readFileSync(join(inside, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const { repository, bugs, homepage, ...others } = published;
    assert.deepEqual(repository, { type: 'git', url: `git+${url}.git` });
    assert.deepEqual(bugs, { url: `${url}/issues` });
    assert.equal(homepage, `${url}/blob/v${manifest.version}/README.md`);
    assert.deepEqual(others, JSON.parse(JSON.stringify(manifest)));
    const relative = /\]\((?!https?:|#)[^)]*\)|src="(?!https?:)/g;
    const pages = listed.filter((entry) => entry.name.endsWith('.md')).map(({ name: page }) => page);
    for (const page of pages)
      assert.deepEqual(readFileSync(join(inside, page), 'utf8').match(relative), null, page);
    const help = readFileSync(join(inside, 'dist/nodes/sync-in/locales/de/sync-in.html'), 'utf8');
    assert.doesNotMatch(help, /<code>docs\//);
    assert.match(help, new RegExp(`<a href="${url}/blob/v${manifest.version}/docs/how-delivery-works.md"`));
  });

  it('needs to know where the sources are, and the tag and changelog of its version', async () => {
    assert.match(await release(), /^Say where the sources are/);
    assert.match(await release('--repository', 'name'), /^--repository must be https/);
    const options = ['--repository', url, '--out', folder];
    assert.match(
      await release(...options, '--tag', 'v0.0.9'),
      /^The tag is v0\.0\.9, but package\.json says/,
    );
  });
});

describe('npm pack in a clean clone', function () {
  this.timeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), 'edge-sync-clone-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('holds the code, in less than 1 MiB', async () => {
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
    });
    // As `npm ci` would make it.
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
    for (const file of String(listed)
      .split('\0')
      .filter((each) => each && existsSync(join(root, each))))
      cpSync(join(root, file), join(folder, file));
    const kept = join('.cache', 'public');
    if (existsSync(join(root, kept))) cpSync(join(root, kept), join(folder, kept), { recursive: true });
    const archive = await packIn(folder);
    const paths = archive.files.map(({ path }) => path);
    for (const path of [
      manifest.main,
      manifest.types,
      ...Object.values(manifest['node-red'].nodes),
      'README.md',
    ])
      assert.ok(paths.includes(path), path);
    const there = await packIn(root, '--dry-run', '--ignore-scripts');
    assert.deepEqual(paths.sort(), there.files.map(({ path }) => path).sort());
    assert.ok(archive.unpackedSize < 1_048_576, `${archive.unpackedSize} bytes`);
  });
});
