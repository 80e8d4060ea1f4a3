import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutantsOfTransfers } from '../simulation/mutants-of-transfers';
import { mutants } from '../simulation/mutants-of-updates';
import { guards } from './guards';

const root = join(__dirname, '..', '..');

describe('the guards that npm run test:guards takes out', () => {
  it('are where the list says, each once, and so are the specs that see them', () => {
    for (const { name, file, find, seenBy } of guards) {
      const { length } = readFileSync(join(root, file), 'utf8').split(find);
      assert.equal(length, 2, `${name}: ${file} has "${find}" ${length - 1} times`);
      for (const spec of seenBy) assert.ok(existsSync(join(root, spec)), `${name}: there is no ${spec}`);
    }
    const ofUpdates = mutants.map((mutant) => ({ ...mutant, file: `client/updates/${mutant.file}` }));
    for (const { name, file, find } of [...ofUpdates, ...mutantsOfTransfers]) {
      const { length } = readFileSync(join(root, 'src', file), 'utf8').split(find);
      assert.equal(length, 2, `${name}: ${file} has "${find}" ${length - 1} times`);
    }
  });

  it('are at least forty beside those of the receiving side', () => {
    assert.ok(guards.length >= 40, String(guards.length));
  });
});
