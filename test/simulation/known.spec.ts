import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { happen } from './histories';

/** Histories that once broke a rule, made as small as they could be; each is replayed by `--plan`. */
const folder = join(__dirname, 'known');

describe('the simulation, in histories that went wrong before', () => {
  for (const file of readdirSync(folder).sort()) {
    it(file.replace('.json', ''), async () => {
      const { violations } = await happen(JSON.parse(readFileSync(join(folder, file), 'utf8')));
      assert.deepEqual(violations, []);
    });
  }
});
