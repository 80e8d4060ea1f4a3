import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** In ms; one that ends needs a fraction of it. */
const bound = 25_000;

describe('A connection that a test resets', () => {
  it('lets its process end, also where it was being ended', async () => {
    const program = `
      const { connect, createServer } = require('node:net');
      const { reset } = require(${JSON.stringify(join(__dirname, 'reset.ts'))});
      const server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.end();
        reset(socket);
        server.close();
      });
      server.listen(0, '127.0.0.1', () => connect(server.address().port, '127.0.0.1').on('error', () => undefined));`;
    const child = spawn(process.execPath, ['--require', 'tsx/cjs', '--eval', program], { stdio: 'inherit' });
    const killing = setTimeout(() => child.kill('SIGKILL'), bound);
    const [code, signal] = await once(child, 'exit');
    clearTimeout(killing);
    assert.deepEqual([code, signal], [0, null]);
  });
});
