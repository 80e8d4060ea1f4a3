import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import manifest from '../../package.json';
import { LocalService } from '../../src/local-service';

const run = promisify(execFile);
const root = join(__dirname, '..', '..');

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
    const missing = Object.keys(manifest['node-red'].nodes).filter((type) => !used.has(type));
    assert.deepEqual(missing, []);
  });
});

describe('the package, from a folder outside', function () {
  this.timeout(60_000);
  let folder: string;
  let service: LocalService;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    await mkdir(join(folder, 'node_modules', '@edge-sync'), { recursive: true });
    await symlink(root, join(folder, 'node_modules', '@edge-sync', 'node-red'), 'dir');
    service = await LocalService.start();
  });
  after(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  for (const [name, start] of [
    ['script.cjs', "const { SyncServiceClient } = require('@edge-sync/node-red');"],
    ['script.mjs', "import { SyncServiceClient } from '@edge-sync/node-red';"],
  ] as const) {
    it(`works in ${name}`, async () => {
      await writeFile(join(folder, name), start + script);
      const { stdout } = await run(process.execPath, [join(folder, name), service.cloud.address]);
      assert.equal(stdout.trim(), 'hello');
    });
  }

  it('has types, and says what is wrong', async () => {
    const right = `import { SyncServiceClient, type ObjectUpdate } from '@edge-sync/node-red';
const client = new SyncServiceClient({ address: 'http://127.0.0.1:1' });
export async function first(): Promise<ObjectUpdate | undefined> {
  for await (const update of client.pollForUpdates('t')) return update;
  return undefined;
}
`;
    const wrong = right.replace("address: 'http", "adress: 'http");
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    const check = async (text: string): Promise<string> => {
      await writeFile(join(folder, 'script.ts'), text);
      const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'node16', '--types', 'node'];
      const roots = ['--typeRoots', join(root, 'node_modules', '@types')];
      return run(join(root, 'node_modules', '.bin', 'tsc'), [...options, ...roots, 'script.ts'], {
        cwd: folder,
      }).then(
        ({ stdout }) => stdout,
        ({ stdout }) => String(stdout),
      );
    };
    assert.equal(await check(right), '');
    assert.match(await check(wrong), /adress/);
  });
});
