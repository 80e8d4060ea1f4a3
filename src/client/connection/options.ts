import type { EndSignal } from '../../system/ending';
import { invalidArgument } from '../errors';
import { checkNumbers } from '../numbers';

/** What ends a call inside the library. */
export interface EndOptions {
  signal?: EndSignal | undefined;
}

export interface CallOptions {
  /** Ends the call: SYNC_ABORTED. */
  signal?: AbortSignal | undefined;
}

/**
 * The options of a call as they were given.
 *
 * @throws SyncServiceError SYNC_INVALID_ARGUMENT where they are none: JavaScript hands over anything.
 */
export function checked<T extends object>(options: T): T {
  if (typeof options !== 'object' || options === null) throw invalidArgument('The options must be an object');
  const { signal } = options as CallOptions;
  if (signal === undefined || signal instanceof AbortSignal) return options;
  throw invalidArgument('The option signal must be an AbortSignal');
}

/** @throws SyncServiceError SYNC_INVALID_ARGUMENT for what would fail later, at each request. */
export function checkConnection(options: ConnectionOptions): void {
  checked(options);
  for (const name of ['address', 'organization', 'key', 'secret'] as const) {
    const value: unknown = options[name];
    if (typeof value === 'string' || (value === undefined && name !== 'address')) continue;
    throw invalidArgument(`The ${name} of the service must be a text`);
  }
  for (const group of ['timeouts', 'limits'] as const) {
    for (const [name, value] of Object.entries(options[group] ?? {})) {
      checkNumbers(group === 'timeouts' ? 'duration' : 'bytes', { [`${group}.${name}`]: value });
    }
  }
}

/** How to reach a service and who asks. */
export interface ConnectionOptions {
  /** `http://host:port`, `https://host:port`, `unix:///path` or `secure-unix:///path`. */
  address: string;
  /** The organization at a CSS; without it the client speaks to an ESS. */
  organization?: string;
  /** Key and secret, for HTTP Basic: what they are is up to how the service was set up. */
  key?: string;
  secret?: string;
  tls?: TlsOptions;
  /**
   * In ms. `answer` is for what is short, in all; lists and data may take longer, as long as they do not pause for
   * `stall` (fewer than 256 bytes in that time).
   */
  timeouts?: { connect?: number; answer?: number; stall?: number };
  /** In bytes: of one entry of a list (1 MiB), of a list (1 GiB), of other JSON (64 MiB). What is larger is refused. */
  limits?: { listEntry?: number; list?: number; json?: number };
  /** Reach a CSS by HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY. An ESS is never reached by a proxy. */
  proxyFromEnvironment?: boolean;
}

export interface TlsOptions {
  /** Certificates to trust beside the system's, as PEM. */
  ca?: string | Buffer | (string | Buffer)[] | undefined;
  /** A PEM file with such certificates. */
  caFile?: string | undefined;
  /** Who asks, where the service wants to know that by a certificate; with its `key`. As PEM. */
  cert?: string | Buffer | undefined;
  key?: string | Buffer | undefined;
  /** Certificate and key in one, as PKCS#12, in place of `cert` and `key`. */
  pfx?: Buffer | undefined;
  /** Of `key` or `pfx`. */
  passphrase?: string | undefined;
  /** The name that the certificate is for, where that is not the host of the address. */
  servername?: string | undefined;
  /** Defaults to true: an untrusted certificate is an error. */
  rejectUnauthorized?: boolean | undefined;
}
