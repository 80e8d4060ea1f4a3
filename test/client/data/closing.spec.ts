import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { metadataOf } from '../../support/metadata';
import { program } from '../../support/program';

const bytes = 300_000;
/** It took 176 at most. */
const downloads = 200;

/** Closes the connection after each answer, as an nginx does each `keepalive_requests`. */
function closing(headOf: (body: Buffer) => string): Server {
  const metadata = JSON.stringify(metadataOf({ objectSize: bytes })).replace(/"(\d{19})"/g, '$1');
  const answers: Record<string, Buffer> = {
    health: Buffer.from('{"general":{"nodeType":"CSS"}}'),
    data: Buffer.alloc(bytes, 'd'),
  };
  return createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (request) => {
      const name = /^GET \S*\/(\w+) /.exec(String(request))?.[1] ?? '';
      const body = answers[name] ?? Buffer.from(metadata);
      socket.end(Buffer.concat([Buffer.from(`${headOf(body)}\r\n\r\n`), body]));
    });
  });
}

/** undici 7.26 to 7.30.2 died of it, uncaught, when the reader was slower than the service. */
describe('downloads to a file, each answer the last on its connection', () => {
  for (const [name, headOf] of [
    ['with a length', (body) => `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}`],
    ['to the end of the stream', () => 'HTTP/1.1 200 OK\r\nConnection: close'],
    ['by HTTP/1.0', (body) => `HTTP/1.0 200 OK\r\nContent-Length: ${body.length}`],
  ] satisfies [string, (body: Buffer) => string][]) {
    it(`all arrive ${name}`, async function () {
      this.timeout(120_000);
      const server = closing(headOf).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const script = program(join(__dirname, 'closing-downloads.ts'));
      const args = [script, address, String(downloads), String(bytes)];
      try {
        const { stderr } = await promisify(execFile)(process.execPath, args);
        assert.equal(stderr, '');
      } finally {
        server.close();
      }
    });
  }
});
