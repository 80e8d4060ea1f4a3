import { isIP } from 'node:net';
import { hostname } from 'node:os';

const wildcards = new Set(['0.0.0.0', '::']);

/**
 * Whether the Host header of a request names the service where it listens. A page in a browser may have a name of its own
 * point to this machine (DNS rebinding), and would read and write here as if it came from here; the header tells.
 *
 * @param header none of an old client, which is no browser.
 * @param exposeTo what it listens on beside loopback.
 */
export function isNamed(header: string | undefined, exposeTo: string | undefined): boolean {
  if (header === undefined) return true;
  const host = hostOf(header);
  if (isLoopback(host)) return true;
  if (exposeTo === undefined) return false;
  // No page has an address for its name, unless it came from there.
  if (wildcards.has(exposeTo)) return isIP(host) > 0 || host === hostname().toLowerCase();
  return host === exposeTo.toLowerCase();
}

/** Without its port, the brackets of an address, and the dot that ends a whole name. */
function hostOf(header: string): string {
  const [, address, name = ''] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(header.trim().toLowerCase()) ?? [];
  return address ?? name.replace(/\.$/, '');
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
