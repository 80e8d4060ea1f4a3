import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { reset } from '../support/reset';

/**
 * How it passes bytes on: at once; each piece a while later; not at all, as behind a firewall that drops them; or every
 * connection is reset.
 */
export type Passage = 'up' | 'slow' | 'silent' | 'cut';

/** In ms. */
const delay = 150;

/** Stands between clients and a service on loopback, so that a test can have the way there slow or broken. */
export class ServiceProxy {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #passage: Passage = 'up';
  #changed: (() => void)[] = [];

  private constructor(private readonly target: { host: string; port: number } | { path: string }) {
    this.#server = createServer((client) => this.#accept(client));
  }

  /** @param service its address: http:// or unix:///. */
  static async start(service: string): Promise<ServiceProxy> {
    const { protocol, hostname, port, pathname } = new URL(service);
    const target = protocol === 'unix:' ? { path: pathname } : { host: hostname, port: Number(port) };
    const proxy = new ServiceProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections of clients there are. */
  get connections(): number {
    return this.#clients.size;
  }

  pass(passage: Passage): void {
    this.#passage = passage;
    if (passage === 'cut') this.#cut();
    for (const wake of this.#changed.splice(0)) wake();
  }

  async close(): Promise<void> {
    this.pass('cut');
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    if (this.#passage === 'cut') {
      client.on('error', () => undefined);
      reset(client);
      return;
    }
    const service = connect(this.target);
    this.#clients.add(client);
    client.on('close', () => this.#clients.delete(client));
    void this.#forward(client, service);
    void this.#forward(service, client);
  }

  async #forward(from: Socket, to: Socket): Promise<void> {
    from.on('error', () => undefined);
    from.on('close', () => to.destroy());
    try {
      for await (const piece of from) {
        await this.#turn();
        to.write(piece as Buffer);
      }
      to.end();
    } catch {
      to.destroy();
    }
  }

  async #turn(): Promise<void> {
    if (this.#passage === 'slow') await pause(delay);
    while (this.#passage === 'silent') await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  #cut(): void {
    for (const client of this.#clients) reset(client);
  }
}
