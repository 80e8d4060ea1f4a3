import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListenerOptions {
  /** 0, the default, lets the system choose a free one. */
  port?: number;
}

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
    const server = createServer(this.handle);
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
