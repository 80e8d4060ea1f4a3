import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

describe('the heap', () => {
  it('keeps nothing of a request that is over, though signals live on', async function () {
    this.timeout(120_000);
    const script = join(__dirname, '..', 'support', 'heap-of-requests.ts');
    const args = ['--expose-gc', '--require', 'tsx', script, '20000'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    // AbortSignal.any kept 70 to 360 bytes of each; what is left is the noise of 20,000.
    assert.ok(Number(stdout) < 30, `${stdout} bytes a request`);
  });
});
