import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import {
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import { invalidArgument, SyncServiceError } from '../errors';
import type { TlsOptions } from './options';

/**
 * Whom a connection trusts and what it shows of itself, read once: 150 certificates take milliseconds, each time.
 *
 * @param ca a certificate to trust beside those of the options, as PEM.
 * @throws SyncServiceError SYNC_INVALID_ARGUMENT for a certificate, a key or a file that cannot be used.
 */
export function secureContextOf(tls: TlsOptions = {}, ca: string | undefined): SecureContext {
  const trusted = [
    ...[tls.ca ?? []].flat().map((text) => certificates(text, 'The CA')),
    ...(tls.caFile ? [certificates(readCaFile(tls.caFile), `The CA file ${tls.caFile}`)] : []),
    ...(ca ? [certificates(ca, 'The CA')] : []),
  ];
  const own: SecureContextOptions = {
    ...(trusted.length > 0 && { ca: [...rootCertificates, ...trusted] }),
    ...(tls.passphrase && { passphrase: tls.passphrase }),
  };
  const context = (options: SecureContextOptions, what: string): SecureContext => {
    try {
      return createSecureContext({ ...own, ...options });
    } catch (error) {
      throw unusable(what, error);
    }
  };
  if (tls.pfx) return context({ pfx: tls.pfx }, 'The PFX file');
  const { cert, key } = tls;
  if (Boolean(cert) !== Boolean(key))
    throw invalidArgument('A certificate needs its private key, and a key its certificate');
  return cert && key ? context({ cert, key }, 'The certificate or its private key') : context({}, 'The CA');
}

/** @returns the text as it was given; OpenSSL would take one without a certificate for none, and trust the system's. */
function certificates(text: string | Buffer, what: string): string {
  const found =
    String(text).match(/-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE)-----[^-]+-----END \1-----/g) ?? [];
  if (found.length === 0)
    throw invalidArgument(`${what} has no certificate in it (PEM, -----BEGIN CERTIFICATE-----)`);
  for (const [index, pem] of found.entries()) {
    try {
      new X509Certificate(pem);
    } catch (cause) {
      const message = `${what}: certificate ${index + 1} of ${found.length} in it cannot be read`;
      throw new SyncServiceError('SYNC_INVALID_ARGUMENT', message, { cause });
    }
  }
  return String(text);
}

function readCaFile(file: string): string {
  try {
    // To read a named pipe would wait for its writer, and Node.js with it.
    if (statSync(file).isFile()) return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new SyncServiceError('SYNC_INVALID_ARGUMENT', `The CA file cannot be read (${code}): ${file}`, {
      cause,
    });
  }
  throw invalidArgument(`The CA file is no regular file: ${file}`);
}

const oldEncryption =
  'it is encrypted in an old way (RC2 or 3DES) that Node.js does not read; export it anew with AES-256';

/** The reason is OpenSSL's own; nothing of a key or a passphrase is in it. */
function unusable(what: string, error: unknown): SyncServiceError {
  const { code, reason, message } = error as NodeJS.ErrnoException & { reason?: string };
  const said = reason ?? message;
  const wrongPassphrase = /mac verify failure|bad decrypt|interrupted or cancelled|bad password/i.test(
    `${said}`,
  );
  const why = wrongPassphrase ? 'the passphrase is missing or wrong' : `${said}${code ? `, ${code}` : ''}`;
  const tooOld = code === 'ERR_CRYPTO_UNSUPPORTED_OPERATION';
  return invalidArgument(`${what} cannot be used: ${tooOld ? oldEncryption : why}`);
}
