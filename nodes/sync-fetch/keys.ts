import { invalidInput } from '../common/failure';
import { describe } from '../common/fields';
import { readKeyFile } from '../common/key-file';

const block = /-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END \1-----/g;

/**
 * The public keys that a field names, as the client takes them: PEM, base64 of a DER, the path of a PEM file, or a list
 * of such.
 *
 * @param locate where a path leads.
 * @throws NodeFailure SYNC_INVALID_ARGUMENT also where there is none: a key that is missing must not let all data pass.
 */
export async function trustedKeysOf(value: unknown, locate: (path: string) => string): Promise<string[]> {
  // All of them before any is read: a getter that throws amid them would leave those that were begun to nobody.
  const entries: unknown[] = Array.isArray(value) ? Array.from(value) : [value];
  const keys = (await Promise.all(entries.map((entry) => keysOf(entry, locate)))).flat();
  if (keys.length === 0) throw invalidInput('There is no trusted key');
  return keys;
}

async function keysOf(value: unknown, locate: (path: string) => string): Promise<string[]> {
  if (!Buffer.isBuffer(value) && typeof value !== 'string') {
    throw invalidInput(`A trusted key must be text or a path, not ${describe(value)}`);
  }
  const text = String(value).trim();
  if (text === '') return [];
  if (text.includes('-----BEGIN')) return blocksOf(text);
  // Every RSA key begins so, as base64 of its DER; no path is that long before its first dot.
  if (/^MI[A-Za-z0-9+/\s]{100,}=*$/.test(text)) return [text];
  const content = await readKeyFile(locate(text), 'The trusted key');
  const found = blocksOf(content.toString('utf8'));
  if (found.length === 0) throw invalidInput(`${text} has no public key as PEM`);
  return found;
}

/** A field of one line has lost the line breaks that PEM needs. */
function blocksOf(text: string): string[] {
  return Array.from(text.matchAll(block), ([, kind, body = '']) => {
    const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
    return [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ''].join('\n');
  });
}
