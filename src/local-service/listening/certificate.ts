import { createPublicKey, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { type Clock, systemClock } from '../../system/clock';

/** A certificate with its key, both as PEM. */
export interface IssuedCertificate {
  certificate: string;
  key: string;
}

export interface CertificateRequest {
  commonName: string;
  /** Host names and IP addresses that it is for. */
  names?: readonly string[];
  /** Who signs it; without one it signs itself, and others may be signed with it. */
  authority?: IssuedCertificate;
  /** Says from when on it is valid. */
  clock?: Clock;
}

/** How long a certificate is valid, in days; it begins a day earlier, for clocks that go slow. */
const validity = 30;
const day = 86_400_000;

/**
 * Issues an X.509 certificate on a new P-256 key. Node can read certificates and not make them; what the local service
 * needs of them is short enough to be written here rather than to be a dependency of every gateway.
 */
export function issueCertificate({
  commonName,
  names = [],
  authority,
  clock = systemClock,
}: CertificateRequest): IssuedCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signingKey = authority?.key ?? privateKey;
  const issuer = authority ? subjectOf(authority.certificate) : nameOf(commonName);
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    issuer,
    sequence(time(clock.now() - day), time(clock.now() + validity * day)),
    nameOf(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions(names, authority === undefined))),
  );
  const signature = createSign('sha256').update(body).sign(signingKey);
  return {
    certificate: pem(sequence(body, ecdsaWithSha256, bits(signature))),
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
}

/** DER: a tag, the length, and the contents. */
function tagged(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...contents: Buffer[]): Buffer => tagged(0x30, ...contents);
const integer = (bytes: Buffer): Buffer => tagged(0x02, bytes);
const octets = (bytes: Buffer): Buffer => tagged(0x04, bytes);
const bits = (bytes: Buffer): Buffer => tagged(0x03, Buffer.from([0]), bytes);
const identifier = (...bytes: number[]): Buffer => tagged(0x06, Buffer.from(bytes));

const ecdsaWithSha256 = sequence(identifier(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const commonNameType = identifier(0x55, 0x04, 0x03);
const basicConstraints = identifier(0x55, 0x1d, 0x13);
const subjectAltName = identifier(0x55, 0x1d, 0x11);

function nameOf(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(commonNameType, tagged(0x0c, Buffer.from(commonName, 'utf8')))));
}

/** In the form with two digits for the year, which holds until 2049. */
function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/^20|[-:T]|\.\d+/g, '');
  return tagged(0x17, Buffer.from(text, 'ascii'));
}

function extensions(names: readonly string[], isAuthority: boolean): Buffer[] {
  const found: Buffer[] = [];
  const truth = tagged(0x01, Buffer.from([0xff]));
  if (isAuthority) found.push(sequence(basicConstraints, truth, octets(sequence(truth))));
  if (names.length > 0) found.push(sequence(subjectAltName, octets(sequence(...names.map(alternative)))));
  return found;
}

function alternative(name: string): Buffer {
  switch (isIP(name)) {
    case 4:
      return tagged(0x87, Buffer.from(name.split('.').map(Number)));
    case 6:
      return tagged(0x87, addressBytes(name));
    default:
      return tagged(0x82, Buffer.from(name, 'ascii'));
  }
}

function addressBytes(name: string): Buffer {
  const [head = '', tail = ''] = name.split('::');
  const groups = (text: string): string[] => text.split(':').filter(Boolean);
  const zeros = Array<string>(8 - groups(head).length - groups(tail).length).fill('0');
  const all = [...groups(head), ...zeros, ...groups(tail)];
  return Buffer.concat(all.map((group) => Buffer.from(group.padStart(4, '0'), 'hex')));
}

/** The subject of a certificate of this file: what stands between its validity and its key. */
function subjectOf(certificate: string): Buffer {
  const der = Buffer.from(certificate.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  const key: KeyObject = createPublicKey(certificate);
  const end = der.indexOf(key.export({ type: 'spki', format: 'der' }));
  // A name is the last sequence before the key: its length is in its second byte, as names here are short.
  for (let start = end - 2; start > 0; start -= 1) {
    if (der[start] === 0x30 && der[start + 2] === 0x31 && start + 2 + (der[start + 1] ?? 0) === end) {
      return der.subarray(start, end);
    }
  }
  throw new Error('The authority has no subject');
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
