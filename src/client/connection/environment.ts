import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFileSync } from '../../system/regular-file';
import { SyncServiceError } from '../errors';
import type { ConnectionOptions } from './options';

/** What a connection proves itself and the service with; read again where it may have been replaced. */
export interface Identity {
  key: string;
  secret: string;
  /** PEM. */
  ca: string;
}

/** Where Open Horizon's agent has put what a service needs to reach the ESS. */
export interface EdgeEnvironment {
  options: ConnectionOptions;
  /** Reads credentials and certificate from their files: a new agreement brings new ones while the service runs. */
  readIdentity: () => Identity;
}

const names = {
  protocol: 'HZN_ESS_API_PROTOCOL',
  address: 'HZN_ESS_API_ADDRESS',
  port: 'HZN_ESS_API_PORT',
  auth: 'HZN_ESS_AUTH',
  certificate: 'HZN_ESS_CERT',
} as const;

/**
 * Reads the variables HZN_ESS_* with which Open Horizon tells a service where its ESS is: a unix socket with TLS on a
 * device, a host in a cluster.
 *
 * @throws SyncServiceError SYNC_ENVIRONMENT that names every variable and file that is missing or unusable.
 */
export function readEdgeEnvironment(environment: NodeJS.ProcessEnv): EdgeEnvironment {
  const missing: string[] = [];
  const variable = (name: string): string => {
    // In a cluster the values may come with the quotes of the file that they were written in.
    const value = environment[name]?.trim().replace(/^"(.*)"$/, '$1') ?? '';
    if (value === '') missing.push(`${name} is not set`);
    return value;
  };
  const protocol = variable(names.protocol);
  const host = variable(names.address);
  const port = isSocket(protocol) ? '0' : variable(names.port);
  const auth = fileAt(variable(names.auth), 'auth.json');
  const certificate = fileAt(variable(names.certificate), 'cert.pem');
  const address = addressOf(protocol, host, port);
  if (protocol && address === undefined) {
    missing.push(
      `${names.protocol} must be secure-unix, unix, secure, https, http or unsecure, not ${protocol}`,
    );
  }
  const readIdentity = (): Identity => ({
    ...readCredentials(auth),
    ca: protocol === 'unix' || protocol === 'http' || protocol === 'unsecure' ? '' : readText(certificate),
  });
  if (missing.length === 0) {
    try {
      readIdentity();
    } catch (error) {
      missing.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (missing.length > 0 || address === undefined) {
    throw unusable(`The environment of an Open Horizon service is not complete: ${missing.join('; ')}`);
  }
  return { options: { address }, readIdentity };
}

function isSocket(protocol: string): boolean {
  return protocol === 'secure-unix' || protocol === 'unix';
}

function addressOf(protocol: string, host: string, port: string): string | undefined {
  switch (protocol) {
    case 'secure-unix':
    case 'unix':
      return `${protocol}://${host}`;
    case 'https':
    case 'secure':
      return `https://${bracketed(host)}:${port}`;
    case 'http':
    case 'unsecure':
      return `http://${bracketed(host)}:${port}`;
    default:
      return undefined;
  }
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** Variables may name the folder that a secret is mounted at. */
function fileAt(path: string, file: string): string {
  try {
    return path && statSync(path).isDirectory() ? join(path, file) : path;
  } catch {
    // Whoever reads it will say that it is not there.
    return path;
  }
}

function readCredentials(file: string): Pick<Identity, 'key' | 'secret'> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(file));
  } catch (cause) {
    if (cause instanceof SyncServiceError) throw cause;
    // The parser's message would quote the file, and with it the token.
    throw unusable(`${file} (${names.auth}) is not JSON`);
  }
  const { id, token } = (parsed ?? {}) as { id?: unknown; token?: unknown };
  if (typeof id !== 'string' || typeof token !== 'string' || id === '') {
    throw unusable(`${file} (${names.auth}) must hold {"id": ..., "token": ...}`);
  }
  return { key: id, secret: token };
}

function readText(file: string): string {
  try {
    return readRegularFileSync(file);
  } catch (cause) {
    const { code = 'no regular file' } = cause as NodeJS.ErrnoException;
    throw new SyncServiceError('SYNC_ENVIRONMENT', `${file} cannot be read (${code})`, { cause });
  }
}

function unusable(message: string): SyncServiceError {
  return new SyncServiceError('SYNC_ENVIRONMENT', message);
}
