import { connect, isIP, type NetConnectOpts, type OnReadOpts, type Socket } from 'node:net';
import { type SecureContext, connect as secure } from 'node:tls';
import type { Clock } from '../../system/clock';
import type { ServiceAddress } from './address';
import { codedError, firstOf, NotSentError } from './http';
import type { ConnectionOptions } from './options';
import { proxyFor, tunnel } from './proxy';
import { secureContextOf } from './tls';

type Connected = (error: Error | null, socket: Socket | null) => void;

/**
 * How a socket hands over the bytes that it reads. `kept`: each piece in memory of its own. `passing`: all in one buffer, which is
 * overwritten once the `data` listeners have returned. For those who parse or copy at once, that is half the garbage of a large answer.
 */
type Reading = 'kept' | 'passing';

/** Makes connections to one service: to a host or a socket, through a proxy, with TLS, in time. */
export class Connector {
  readonly #proxy: URL | undefined;
  readonly #secureContext: SecureContext | undefined;
  readonly #connecting = new Set<Socket>();
  readonly #limit: number;
  #session: Buffer | undefined;

  /** @param ca a certificate to trust beside those of the options, as PEM. */
  constructor(
    private readonly address: ServiceAddress,
    private readonly options: ConnectionOptions,
    ca: string | undefined,
    private readonly clock: Clock,
  ) {
    this.#limit = options.timeouts?.connect ?? 10_000;
    const proxied = options.proxyFromEnvironment && options.organization !== undefined && !address.socketPath;
    this.#proxy = proxied ? proxyFor(address.origin, process.env) : undefined;
    // Read even where TLS is not used: a file that is not there is a mistake in any case.
    this.#secureContext = this.#isSecure || options.tls ? secureContextOf(options.tls, ca) : undefined;
  }

  /** The proxy that is asked for each resource of a service without TLS; one with TLS is reached through a tunnel. */
  get forwardingProxy(): URL | undefined {
    return this.#isSecure ? undefined : this.#proxy;
  }

  /**
   * Calls back once: with a socket that is connected, and verified where it should be, or with an error.
   *
   * @param reading how its bytes may be given; through TLS they are kept all the same.
   */
  open(connected: Connected, reading: Reading = 'kept'): void {
    const opening = new Set<Socket>();
    let done = false;
    const settle = (error: unknown, socket: Socket | null): void => {
      if (done) return;
      done = true;
      timer.cancel();
      for (const each of opening) {
        this.#connecting.delete(each);
        if (error) each.destroy();
      }
      connected(error ? this.#named(error) : null, socket);
    };
    const hold = (socket: Socket): Socket => {
      opening.add(socket);
      this.#connecting.add(socket);
      // These stay for as long as the socket lives: an error without a listener would end the process.
      socket.on('error', (error) => settle(error, null));
      socket.on('close', () => settle(codedError('ECONNRESET', 'closed while it connected'), null));
      // The time was up before this one was begun.
      if (done) socket.destroy();
      return socket;
    };
    const timer = this.clock.after(this.#limit, () =>
      settle(codedError('ETIMEDOUT', `nothing after ${this.#limit / 1_000} s`), null),
    );
    this.#open(hold, reading).then(
      (socket) => settle(null, socket),
      (error: unknown) => settle(error, null),
    );
  }

  /** Ends the connections that are being made. */
  close(): void {
    for (const socket of this.#connecting) socket.destroy();
  }

  get #isSecure(): boolean {
    return this.address.origin.startsWith('https:');
  }

  async #open(hold: (socket: Socket) => Socket, reading: Reading): Promise<Socket> {
    const { hostname, port } = new URL(this.address.origin);
    const host = hostname.replace(/^\[|\]$/g, '');
    const target = { host, port: Number(port) || (this.#isSecure ? 443 : 80) };
    if (!this.#proxy) {
      const { socketPath } = this.address;
      const to = socketPath ? { path: socketPath } : target;
      const plain = await this.#plain(hold, to, this.#isSecure ? 'kept' : reading);
      return this.#isSecure ? this.#secured(hold, plain, host) : plain;
    }
    const { protocol, hostname: proxyHost, port: proxyPort } = this.#proxy;
    const byTls = protocol === 'https:';
    const to = { host: proxyHost.replace(/^\[|\]$/g, ''), port: Number(proxyPort) || (byTls ? 443 : 80) };
    const toProxy = await this.#plain(hold, to, byTls || this.#isSecure ? 'kept' : reading);
    const proxy = byTls ? await secured(hold, toProxy, { host: to.host, rejectUnauthorized: true }) : toProxy;
    if (!this.#isSecure) return proxy;
    await tunnel(proxy, this.#proxy, `${hostname}:${target.port}`);
    return this.#secured(hold, proxy, host);
  }

  #plain(hold: (socket: Socket) => Socket, to: NetConnectOpts, reading: Reading): Promise<Socket> {
    return new Promise((resolve) => {
      const onread = reading === 'passing' && passingTo((bytes) => socket.emit('data', bytes));
      const socket: Socket = hold(connect({ ...socketOptions, ...to, ...(onread && { onread }) }));
      socket.once('connect', () => resolve(socket));
    });
  }

  async #secured(hold: (socket: Socket) => Socket, plain: Socket, host: string): Promise<Socket> {
    const { tls } = this.options;
    const socket = await secured(hold, plain, {
      host: tls?.servername ?? host,
      rejectUnauthorized: tls?.rejectUnauthorized ?? true,
      ...(this.#secureContext && { secureContext: this.#secureContext }),
      ...(this.#session && { session: this.#session }),
    });
    socket.on('session', (session: Buffer) => {
      this.#session = session;
    });
    return socket;
  }

  /** Names whose fault it is: with a proxy, everything up to the tunnel is the proxy's. */
  #named(error: unknown): NotSentError {
    const first: NodeJS.ErrnoException = firstOf(error);
    const { code = '', message } = first;
    const said = code && !message.startsWith('the proxy') ? code : message;
    const told =
      this.#proxy && code !== 'EDGE_SYNC_PROXY' ? `through the proxy ${this.#proxy.origin}: ${said}` : said;
    return new NotSentError(code, told, first);
  }
}

const socketOptions = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 60_000,
  autoSelectFamily: true,
  /** Of a host with several: a quarter of a second, as Node.js has it, is too short for slow lines. */
  autoSelectFamilyAttemptTimeout: 1_000,
};

/** As large as what Node.js reads at a time otherwise. */
const passingSize = 65_536;

function passingTo(listener: (bytes: Buffer) => void): OnReadOpts {
  const buffer = Buffer.allocUnsafeSlow(passingSize);
  const callback = (count: number): boolean => {
    listener(buffer.subarray(0, count));
    // `false` would pause the socket; that is done by its `pause`.
    return true;
  };
  return { buffer, callback };
}

interface SecureOptions {
  host: string;
  rejectUnauthorized: boolean;
  secureContext?: SecureContext;
  session?: Buffer;
}

function secured(
  hold: (socket: Socket) => Socket,
  plain: Socket,
  { host, ...options }: SecureOptions,
): Promise<Socket & { on(event: 'session', listener: (session: Buffer) => void): unknown }> {
  return new Promise((resolve) => {
    // HTTP/1.1 alone: an ESS offers HTTP/2 first, and one stale HTTP/2 socket would fail all requests at once.
    const name = isIP(host) ? {} : { servername: host };
    const socket = secure({ ...options, ...name, socket: plain, host, ALPNProtocols: ['http/1.1'] });
    hold(socket);
    socket.once('secureConnect', () => resolve(socket));
  });
}
