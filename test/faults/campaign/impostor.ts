import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { issueCertificate } from '../../../src/local-service/listening/certificate';

/** Sits between a client and its service, as a captive portal does, with a certificate that nobody trusts. */
export class Impostor {
  /** Requests that got to it: each has a secret in it. */
  readonly trusted: string[] = [];
  readonly #server: Server;

  constructor() {
    const { certificate: cert, key } = issueCertificate({ commonName: 'css', names: ['127.0.0.1'] });
    this.#server = createServer({ cert, key }, ({ method, url }, response) => {
      this.trusted.push(`${method} ${url}`);
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html><body>Please log in</body></html>');
    });
    // A client that trusts it not says so, and goes.
    this.#server.on('tlsClientError', (_, socket) => socket.destroy());
  }

  take(client: Socket): void {
    this.#server.emit('connection', client);
  }

  close(): void {
    this.#server.closeAllConnections();
  }
}
