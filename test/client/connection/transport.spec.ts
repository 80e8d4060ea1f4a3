import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { SyncServiceClient } from '../../../src/client';
import { type HttpRequest, type HttpResponse, NotSentError } from '../../../src/client/connection/http';
import { HttpTransport } from '../../../src/client/connection/transport';
import { systemClock } from '../../../src/system/clock';
import { metadataOf } from '../../support/metadata';
import { until } from '../../support/until';

describe('the transport', () => {
  let transport: HttpTransport;
  let server: Server;
  let sockets: Socket[];
  let seen: string;

  /** A server that does with a connection what a test says, once something was asked on it. */
  const start = async (answer: (socket: Socket) => void, connect = 10_000): Promise<void> => {
    sockets = [];
    seen = '';
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => answer(socket));
      socket.on('data', (piece) => {
        seen += String(piece);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    transport = new HttpTransport({ address, timeouts: { connect } }, undefined, systemClock);
  };
  afterEach(async () => {
    await transport.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  const ask = (changes: Partial<HttpRequest> = {}): Promise<HttpResponse> => {
    const { signal } = new AbortController();
    return transport.request({
      lane: 'question',
      method: 'GET',
      path: '/x',
      headers: {},
      signal,
      ...changes,
    });
  };
  const read = async ({ body }: HttpResponse): Promise<string> => {
    let text = '';
    for await (const piece of body) text += String(piece);
    return text;
  };
  /** Answers into memory, and answers of any size, come in two ways: both are to behave alike. */
  for (const [way, limit] of [
    ['into memory', 1_000_000],
    ['of any size', undefined],
  ] as const) {
    describe(`with an answer ${way}`, () => {
      it('gives status, headers and body', async () => {
        await start((socket) => socket.write('HTTP/1.1 404 No\r\nX-A: b\r\nContent-Length: 2\r\n\r\nno'));
        const response = await ask({ limit });
        assert.equal(response.status, 404);
        assert.equal(response.headers['x-a'], 'b');
        assert.equal(await read(response), 'no');
        assert.match(seen, /^GET \/x HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\n/i);
      });

      it('uses a connection again, and not one that was closed in between', async () => {
        await start((socket) => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
          socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
        });
        for (let count = 0; count < 3; count += 1) await read(await ask({ limit }));
        // undici has a connection ready again one turn after its answer has ended: then two take turns.
        const used = limit === undefined ? 1 : 2;
        assert.equal(sockets.length, used);
        for (const socket of sockets) socket.end();
        await until('they are closed', () => sockets.every(({ destroyed }) => destroyed));
        await read(await ask({ limit }));
        assert.equal(sockets.length, used + 1);
      });

      it('fails with the code of the connection, after what came before', async () => {
        await start((socket) => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', () => socket.resetAndDestroy());
        });
        const response = await ask({ limit });
        const pieces: string[] = [];
        await assert.rejects(
          async () => {
            for await (const piece of response.body) pieces.push(String(piece));
          },
          (error: NodeJS.ErrnoException) => ['ECONNRESET', 'UND_ERR_SOCKET'].includes(error.code ?? ''),
        );
        assert.deepEqual(pieces, ['half']);
      });

      it('fails where the connection ends before the body', async () => {
        await start((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'));
        await assert.rejects(ask({ limit }).then(read));
      });

      it('ends with its signal: while it is waited for, and while it is read', async () => {
        await start((socket) => setImmediate(() => socket.write('HTTP/1.1 200 OK\r\n\r\nhalf')));
        const before = new AbortController();
        const asking = ask({ limit, signal: before.signal });
        before.abort(new Error('before'));
        await assert.rejects(asking, NotSentError);
        await assert.rejects(ask({ limit, signal: AbortSignal.abort() }), NotSentError);
        const during = new AbortController();
        const response = await ask({ limit, signal: during.signal });
        setImmediate(() => during.abort(new Error('during')));
        await assert.rejects(read(response), /during/);
        await until('its connection is closed', () => sockets.some(({ destroyed }) => destroyed));
      });

      it('takes its connection with it where it is not read to its end', async () => {
        await start((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nhalf'));
        (await ask({ limit })).discard();
        await until('it is closed', () => sockets[0]?.destroyed);
      });

      it('fails with its connections, when these close', async () => {
        await start((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nhalf'));
        const response = await ask({ limit });
        const reading = read(response);
        await Promise.all([transport.close(), assert.rejects(reading)]);
        await assert.rejects(ask({ limit }));
      });

      it('ends where nothing comes but 1xx', async () => {
        await start((socket) => {
          const flood = (): void => {
            if (socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(1_000))) setImmediate(flood);
            else socket.once('drain', flood);
          };
          flood();
        });
        await assert.rejects(ask({ limit }), /1xx/);
      });

      it('ends where the headers have no end', async () => {
        await start((socket) => {
          socket.write('HTTP/1.1 200 OK\r\n');
          const flood = (): void => {
            if (socket.destroyed) return;
            if (socket.write(`x-a: ${'a'.repeat(1_000)}\r\n`.repeat(100))) setImmediate(flood);
            else socket.once('drain', flood);
          };
          flood();
        });
        await assert.rejects(ask({ limit }), { code: /HEADER.*OVERFLOW/ });
      });

      it('is no answer where the service speaks something else', async () => {
        await start((socket) => socket.end('220 mail.example ESMTP\r\n'));
        await assert.rejects(ask({ limit }), /Expected HTTP/);
      });

      it('ends where nobody connects, and leaves no connection that is being made', async () => {
        await start(() => undefined, 50);
        const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const secure = (connect: number): HttpTransport =>
          new HttpTransport({ address, timeouts: { connect } }, undefined, systemClock);
        await transport.close();
        transport = secure(50);
        await assert.rejects(ask({ limit }), { code: 'ETIMEDOUT', name: 'NotSentError' });
        await transport.close();
        transport = secure(1e9);
        const hanging = ask({ limit });
        await until('it connects', () => sockets.length > 1);
        await Promise.all([transport.close(), assert.rejects(hanging)]);
        await until('all are closed', () => sockets.every(({ destroyed }) => destroyed));
      });
    });
  }

  it('takes no more into memory than was said, with a length and without', async () => {
    for (const head of ['Content-Length: 100000000', 'X: y']) {
      await start((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`);
        const flood = (): void => {
          if (socket.destroyed) return;
          if (socket.write(Buffer.alloc(65_536))) setImmediate(flood);
          else socket.once('drain', flood);
        };
        flood();
      });
      await assert.rejects(ask({ limit: 1_000_000 }).then(read), { code: 'EDGE_SYNC_BODY_TOO_LARGE' });
      await until('it is closed', () => sockets[0]?.destroyed);
      await transport.close();
      server.close();
    }
  });

  it('holds a service back that is faster than the reader of its answer', async () => {
    const whole = 64 * 1_048_576;
    let written = 0;
    await start((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${whole}\r\n\r\n`);
      const flood = (): void => {
        while (written < whole) {
          written += 65_536;
          if (!socket.write(Buffer.alloc(65_536))) {
            socket.once('drain', flood);
            return;
          }
        }
      };
      flood();
    });
    const response = await ask({ lane: 'transfer' });
    let read = 0;
    let behind = 0;
    for await (const piece of response.body) {
      read += piece.length;
      // As slow as a reader can be: everything that can come has come.
      if (read % (8 * 1_048_576) < piece.length) {
        await until('nothing more comes', async () => {
          const before = written;
          await new Promise((resolve) => setTimeout(resolve, 50));
          return written === before;
        });
        behind = Math.max(behind, written - read);
      }
    }
    assert.equal(read, whole);
    // Ours is a mebibyte; the buffers of the system come on top.
    assert.ok(behind < 16 * 1_048_576, `${behind} bytes were under way`);
  });

  it('gives pieces that stay what they are, however much comes behind them', async () => {
    const whole = Buffer.alloc(4 * 1_048_576 + 3);
    for (let at = 0; at + 4 <= whole.length; at += 4)
      whole.writeUInt32LE(Math.imul(at, 0x9e3779b1) >>> 0, at);
    let chunk = 1;
    await start((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      for (let at = 0; at < whole.length; at += chunk) {
        // Of all sizes: several in a read, and several reads of one.
        chunk = (chunk * 7) % 200_003;
        const piece = whole.subarray(at, at + chunk);
        socket.write(`${piece.length.toString(16)}\r\n`);
        socket.write(piece);
        socket.write('\r\n');
      }
      socket.write('0\r\n\r\n');
    });
    const response = await ask({ lane: 'transfer' });
    const pieces: Buffer[] = [];
    for await (const piece of response.body) pieces.push(piece);
    assert.ok(Buffer.concat(pieces).equals(whole));
  });

  it('stops sending when the service has answered', async () => {
    let pieces = 0;
    await start((socket) => socket.write('HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno'));
    const body = (async function* () {
      for (; pieces < 100_000; pieces += 1) yield Buffer.alloc(65_536);
    })();
    const response = await ask({ lane: 'transfer', method: 'PUT', body });
    assert.equal(response.status, 403);
    assert.equal(await read(response), 'no');
    await until('it is closed', () => sockets[0]?.destroyed);
    assert.ok(pieces < 100_000);
  });

  it('does not end a body that has not the length that was said', async () => {
    for (const length of ['2', '4']) {
      await start((socket) => socket.on('end', () => socket.end('HTTP/1.1 204 No\r\n\r\n')));
      const body = (async function* () {
        yield Buffer.from('abc');
      })();
      const asking = ask({ method: 'PUT', body, headers: { 'content-length': length } });
      await assert.rejects(asking, { code: 'EDGE_SYNC_BODY_LENGTH_MISMATCH' });
      await until('it is closed', () => sockets.every(({ destroyed }) => destroyed));
      await transport.close();
      server.close();
    }
  });
});

describe('requests that come and go', () => {
  it('leave nothing on a signal that outlives them', async () => {
    const server = createHttpServer((request, response) => {
      if (request.url === '/api/v1/health') response.end('{"general":{"nodeType":"CSS"}}');
      else response.end('ready');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = new SyncServiceClient({ address, organization: 'demo' });
    const { signal } = new AbortController();
    let listening = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
      listening += 1;
      addEventListener.apply(signal, given);
    };
    signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
      listening -= 1;
      removeEventListener.apply(signal, given);
    };
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 20 }, () => client.getObjectStatus(metadataOf({}), { signal })));
    }
    assert.equal(listening, 0);
    await client.close();
    server.close();
  });
});
