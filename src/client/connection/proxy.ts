import { request } from 'node:http';
import { BlockList, isIP, type Socket } from 'node:net';
import { invalidArgument } from '../errors';
import { codedError } from './http';

type Environment = Record<string, string | undefined>;

/**
 * The proxy that the environment names for a service: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in lower case or upper, as
 * Node-RED's http request node reads them. (curl leaves HTTP_PROXY alone, since a CGI program has it from whoever asks; no
 * Node-RED is one.) For HTTPS that of HTTP is the last resort, as in undici.
 *
 * @param origin of the service.
 * @throws SyncServiceError SYNC_INVALID_ARGUMENT for one that speaks something else than HTTP: nothing goes past it.
 */
export function proxyFor(origin: string, environment: Environment): URL | undefined {
  const named = (name: string): string | undefined =>
    environment[name.toLowerCase()] ?? environment[name.toUpperCase()];
  const { protocol, hostname, port } = new URL(origin);
  if (
    isExcepted(
      hostname.toLowerCase(),
      port || (protocol === 'https:' ? '443' : '80'),
      named('no_proxy') ?? '',
    )
  )
    return undefined;
  const inOrder =
    protocol === 'https:' ? ['https_proxy', 'all_proxy', 'http_proxy'] : ['http_proxy', 'all_proxy'];
  const text = inOrder.map(named).find(Boolean);
  if (!text) return undefined;
  const [scheme] = /^[\w+.-]+:\/\//.exec(text) ?? [];
  if (scheme !== undefined && !/^https?:/i.test(scheme))
    throw invalidArgument(`The proxy of the environment must begin with http:// or https://, not ${scheme}`);
  const address = scheme === undefined ? `http://${text}` : text;
  return URL.canParse(address) ? new URL(address) : undefined;
}

function isExcepted(hostname: string, port: string, exceptions: string): boolean {
  const host = unbracketed(hostname);
  return exceptions
    .toLowerCase()
    .split(/[,\s]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry.includes('/')) return isInRange(host, entry);
      // An address of IPv6 has colons itself.
      const [, name = entry, onlyPort] = (isIP(entry) ? null : /^(.+?):(\d+)$/.exec(entry)) ?? [];
      if (onlyPort !== undefined && onlyPort !== port) return false;
      const domain = unbracketed(name.replace(/^\*?\./, ''));
      return domain === '*' || host === domain || host.endsWith(`.${domain}`);
    });
}

/** Whether a host is an address within one such as 10.0.0.0/8. */
function isInRange(host: string, range: string): boolean {
  const [network = '', bits] = range.split('/');
  const family = isIP(network);
  const length = Number(bits);
  if (family === 0 || isIP(host) !== family || !(length >= 0 && length <= (family === 4 ? 32 : 128)))
    return false;
  const within = new BlockList();
  within.addSubnet(network, length, family === 4 ? 'ipv4' : 'ipv6');
  return within.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** The header for a proxy that wants a name and a password: they are in its URL. */
export function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (!username) return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** Asks a proxy, over a connection to it, to connect it through to `host:port`. */
export function tunnel(socket: Socket, proxy: URL, target: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asking = request({
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...proxyAuthorization(proxy) },
      createConnection: () => socket,
    });
    asking.on('error', reject);
    asking.on('response', (response) => {
      response.destroy();
      reject(refused(proxy, response.statusCode));
    });
    asking.on('connect', ({ statusCode }, _socket, head: Buffer) => {
      if (statusCode !== 200) return reject(refused(proxy, statusCode));
      if (head.length > 0) socket.unshift(head);
      resolve();
    });
    asking.end();
  });
}

function refused(proxy: URL, status: number | undefined): Error {
  const what = status === 407 ? 'wants a name and a password' : `answered with ${status}`;
  return codedError('EDGE_SYNC_PROXY', `the proxy ${proxy.origin} ${what}`);
}
