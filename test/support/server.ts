import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * An HTTP server on loopback that answers as a test says.
 *
 * @param kind what it says of itself when it is asked for its health; what a test counts leaves such questions out.
 * @param wantedPort 0 for a free one.
 */
export async function serve(
  handle: RequestListener,
  kind: 'CSS' | 'ESS' | (() => 'CSS' | 'ESS') = 'CSS',
  wantedPort = 0,
): Promise<{ address: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    if (request.url === '/api/v1/health') response.end(healthOf(typeof kind === 'function' ? kind() : kind));
    else handle(request, response);
  });
  server.listen(wantedPort, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function healthOf(nodeType: string): string {
  return JSON.stringify({ general: { nodeType, healthStatus: 'green', upTime: 1 }, dbHealth: {} });
}
