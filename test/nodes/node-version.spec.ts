import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { unsupported } from '../../nodes/common/node-version';
import manifest from '../../package.json';

const types = Object.keys(manifest['node-red'].nodes);

/** Loads a node as Node-RED does, on a Node.js that says that it is of a version. */
function load(type: string, version: string): string {
  const file = resolve('dist/nodes', type, `${type}.js`);
  const script = `
    Object.defineProperty(process.versions, 'node', { value: '${version}' });
    try { require(${JSON.stringify(file)}); console.log('loaded'); }
    catch (error) { console.log(String(error)); console.log(String(error.stack).includes(${JSON.stringify(file)})); }`;
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim();
}

describe('on a Node.js that is too old', () => {
  it('is what package.json says', () => {
    const oldest = manifest.engines.node.replace('>=', '');
    assert.equal(unsupported(oldest), undefined);
    for (const version of ['20.19.0', '22.0.0', '24.1.2'])
      assert.equal(unsupported(version), undefined, version);
    for (const version of ['18.20.8', '20.18.0', '20.9.0', '16.0.0']) {
      const text = `@edge-sync/node-red needs Node.js ${oldest} or later; Node-RED runs on ${version} here`;
      assert.equal(unsupported(version), text);
    }
  });

  for (const type of types) {
    it(`${type} says what it needs, in one line`, () => {
      const said = load(type, '18.20.8');
      assert.equal(
        said,
        '@edge-sync/node-red needs Node.js 20.18.1 or later; Node-RED runs on 18.20.8 here\nfalse',
      );
    });
  }
});
