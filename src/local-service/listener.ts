import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface ListenerOptions {
  /** 0, the default, lets the system choose a free one. */
  port?: number;
}

/** As the real service has it: names may be long. */
const longestHeader = 1_048_576;

/** A socket on loopback that keeps its port when it is stopped and started again. */
export class Listener {
  #server: Server | undefined;
  #port: number;

  constructor(
    options: ListenerOptions,
    private readonly handle: RequestListener,
  ) {
    this.#port = options.port ?? 0;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** @throws NodeJS.ErrnoException EADDRINUSE when the port is taken. */
  async start(): Promise<void> {
    const server = createServer({ maxHeaderSize: longestHeader }, this.handle);
    server.on('clientError', refuseUnreadable);
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
}

/** What is no HTTP gets an answer too, and the connection ends. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const status = tooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`,
  );
}
