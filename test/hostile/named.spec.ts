import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namedCases } from './named';

describe('what was seen once', () => {
  it('has a test each, by its title', () => {
    for (const [what, spec, title] of namedCases) {
      const path = join(__dirname, '..', `${spec}.spec.ts`);
      assert.ok(existsSync(path), `${what}: there is no ${spec}`);
      const text = readFileSync(path, 'utf8');
      const isThere = text.includes(`it('${title}'`) || text.includes(`describe('${title}'`);
      assert.ok(isThere, `${what}: ${spec} has no "${title}"`);
    }
    console.log(`      ${namedCases.length} named cases`);
  });
});
