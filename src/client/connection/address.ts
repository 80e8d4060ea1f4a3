import { SyncServiceError } from '../errors';

/** Where a service listens, in the parts that a connection is made of. */
export interface ServiceAddress {
  /** Scheme, host and port of the requests, such as `https://css.example:9443`. */
  origin: string;
  /** What errors put before the path of a request. */
  name: string;
  /** What an ingress puts before `/api/v1`; empty or with a leading slash. */
  prefix: string;
  /** The unix socket to connect to, for `unix:` and `secure-unix:`. */
  socketPath: string | undefined;
}

/**
 * Reads `http://host:port`, `https://host:port`, `unix:///path` or `secure-unix:///path`.
 *
 * @throws SyncServiceError SYNC_INVALID_ARGUMENT for anything else, and for addresses with credentials in them: these
 *   would show up wherever the address does.
 */
export function parseAddress(address: string): ServiceAddress {
  const socket = /^(secure-)?unix:\/\/(\/.+)$/.exec(address);
  if (socket) {
    return {
      origin: socket[1] ? 'https://localhost' : 'http://localhost',
      name: `${address}:`,
      prefix: '',
      socketPath: socket[2],
    };
  }
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address))
    throw invalid('must start with http://, https://, unix:/// or secure-unix:///');
  const url = new URL(address);
  if (url.username || url.password) throw invalid('must not contain credentials: set key and secret instead');
  if (url.search || url.hash) throw invalid('must end with the path');
  const { origin, pathname } = url;
  const prefix = pathname.replace(/\/+$/, '');
  return { origin, name: `${origin}${prefix}`, prefix, socketPath: undefined };
}

function invalid(reason: string): SyncServiceError {
  return new SyncServiceError('SYNC_INVALID_ARGUMENT', `The address of the sync service ${reason}`);
}
