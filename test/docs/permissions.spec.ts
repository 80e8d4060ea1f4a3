import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageAt, rowsOf } from './pages';

const nodes = join(__dirname, '..', '..', 'nodes');

/** What the sources serve to Node-RED's admin interface, each as `METHOD path permission`. */
function routes(): string[] {
  const files = readdirSync(nodes, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.flatMap((name) => {
    const text = readFileSync(join(nodes, name), 'utf8');
    const constants = new Map(
      Array.from(
        text.matchAll(/const (\w+) = (?:RED\.auth\.needsPermission\()?'([^']+)'/g),
        ([, key = '', value = '']) => [key, value],
      ),
    );
    const served = text.matchAll(
      /httpAdmin\.(\w+)\(('[^']+'|\w+), (?:RED\.auth\.needsPermission\(('[^']+')\)|(\w+))/g,
    );
    return Array.from(served, ([, method = '', path = '', given, named = '']) => {
      const meant = (word: string): string =>
        word.startsWith("'") ? word.slice(1, -1) : String(constants.get(word));
      return `${method.toUpperCase()} ${meant(path)} ${meant(given ?? named)}`;
    });
  });
}

describe('the admin interface', () => {
  it('is served with the permissions that docs/security.md names, and nothing else is', () => {
    const listed = rowsOf(pageAt('docs/security.md')).flatMap(([route = '', permission = '']) => {
      const named = /^`((?:GET|POST) \/[^`]+)`$/.exec(route)?.[1];
      return named ? [`${named} ${permission.replace(/`/g, '')}`] : [];
    });
    assert.ok(listed.length > 4);
    assert.deepEqual(routes().sort(), listed.sort());
    const calls = readdirSync(nodes, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap(
        (name) =>
          readFileSync(join(nodes, name), 'utf8').match(/httpAdmin\.(?:get|post|put|delete|use|all)\(/g) ??
          [],
      );
    assert.equal(calls.length, listed.length);
  });
});
