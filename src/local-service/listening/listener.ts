import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../system/clock';
import { type IssuedCertificate, issueCertificate } from './certificate';
import { isNamed } from './hosts';

export interface ListenerOptions {
  /** 0, the default, lets the system choose a free one. */
  port?: number;
  /** Listens on a unix socket instead. */
  socketPath?: string;
  /** Speaks TLS, with a certificate that it issues itself: see `caCertificate`. */
  tls?: boolean;
  /**
   * An address of this machine to listen on instead of loopback. Whoever reaches it may read and write everything: the
   * local service asks for no secret unless it was given keys.
   */
  exposeTo?: string;
  /** Does not keep the process running: whoever embeds Node-RED may stop it and be done. */
  background?: boolean;
}

const loopback = '127.0.0.1';
/** As the real service has it: names may be long. */
const longestHeader = 1_048_576;

/** Where a service listens: it keeps port and certificate when it is stopped and started again. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #handle: RequestListener;
  readonly #issued: IssuedCertificate | undefined;
  #server: Server | undefined;
  #port: number;

  constructor(options: ListenerOptions, handle: RequestListener, clock: Clock) {
    this.#options = options;
    this.#port = options.port ?? 0;
    const { exposeTo, socketPath } = options;
    // No page in a browser reaches a socket of this machine.
    this.#handle = socketPath === undefined ? forNamed(handle, exposeTo) : handle;
    const names = ['localhost', loopback, '::1', ...(exposeTo ? [exposeTo] : [])];
    this.#issued = options.tls ? issueCertificate({ commonName: 'localhost', names, clock }) : undefined;
  }

  /** As a client takes it. */
  get address(): string {
    const { socketPath, tls, exposeTo = loopback } = this.#options;
    if (socketPath !== undefined) return `${tls ? 'secure-unix' : 'unix'}://${socketPath}`;
    const host = isIPv6(exposeTo) ? `[${exposeTo}]` : exposeTo;
    return `${tls ? 'https' : 'http'}://${host}:${this.#port}`;
  }

  /** PEM of the certificate to trust; undefined without TLS. */
  get caCertificate(): string | undefined {
    return this.#issued?.certificate;
  }

  /** @throws NodeJS.ErrnoException EADDRINUSE when somebody listens there already. */
  async start(): Promise<void> {
    const { socketPath, exposeTo = loopback } = this.#options;
    const server = this.#create();
    server.on('clientError', refuseUnreadable);
    if (socketPath !== undefined) {
      await removeStaleSocket(socketPath);
      server.listen(socketPath);
    } else server.listen(this.#port, exposeTo);
    await once(server, 'listening');
    if (this.#options.background) server.unref();
    this.#server = server;
    if (socketPath === undefined) this.#port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  #create(): Server {
    const settings = { maxHeaderSize: longestHeader };
    if (!this.#issued) return createServer(settings, this.#handle);
    const { certificate: cert, key } = this.#issued;
    return createSecureServer({ ...settings, cert, key }, this.#handle);
  }
}

/** Refuses what was sent to another name that points here. */
function forNamed(handle: RequestListener, exposeTo: string | undefined): RequestListener {
  return (request, response) => {
    if (isNamed(request.headers.host, exposeTo)) return handle(request, response);
    request.resume();
    response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end('The local service answers to localhost and to the address that it listens on\n');
  };
}

/** A service that was killed leaves its socket behind; one that lives keeps it. */
async function removeStaleSocket(path: string): Promise<void> {
  const probe = connect(path);
  const stale = await new Promise<boolean>((resolve) => {
    probe.on('connect', () => resolve(false));
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
  probe.destroy();
  if (stale) await rm(path, { force: true });
}

/** What is no HTTP gets a response too, and the connection ends. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const status = tooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`,
  );
}
