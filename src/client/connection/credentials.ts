import { isDeepStrictEqual } from 'node:util';
import { invalidArgument } from '../errors';
import type { Identity } from './environment';
import type { ConnectionOptions } from './options';

/** What the client proves itself to the service with, and the service to the client. */
export interface Proof {
  /** The header that requests carry. */
  readonly authorization: string | undefined;
  /** A certificate to trust beside those of the options, as PEM. */
  readonly ca: string | undefined;
}

/** In bytes: no service takes a header as long as that. */
const longestProof = 65_536;

/** The proof in use; where it is kept in files, they are read again when it is refused. */
export class Credentials {
  #identity: Identity | undefined;
  #proof: Proof = { authorization: undefined, ca: undefined };
  #secrets: RegExp | undefined;

  /** @param readIdentity key, secret and certificate where they are kept in files that may be replaced. */
  constructor(
    options: Pick<ConnectionOptions, 'key' | 'secret'>,
    private readonly readIdentity: (() => Identity) | undefined,
  ) {
    this.#identity = readIdentity?.();
    this.#take({ ...options, ...this.#identity });
  }

  get proof(): Proof {
    return this.#proof;
  }

  /** @returns whether there is another proof than the one that was refused. */
  renew(refused: Proof): boolean {
    // Another request was refused before this one, and has read the files already.
    if (this.#proof !== refused) return true;
    if (!this.readIdentity) return false;
    const identity = this.readIdentity();
    if (isDeepStrictEqual(identity, this.#identity)) return false;
    this.#identity = identity;
    this.#take(identity);
    return true;
  }

  /** The text without the secret, in whatever form a service may repeat it. */
  blanked(text: string): string {
    return this.#secrets ? text.replace(this.#secrets, '***') : text;
  }

  #take(identity: { key?: string; secret?: string; ca?: string }): void {
    this.#proof = proofOf(identity);
    this.#secrets = secretsOf(identity, this.#proof);
  }
}

function secretsOf({ secret }: { secret?: string }, { authorization }: Proof): RegExp | undefined {
  if (!secret || authorization === undefined) return undefined;
  const forms = [
    secret,
    // By way of a Buffer, as it is sent: encodeURIComponent throws at half a surrogate pair.
    encodeURIComponent(Buffer.from(secret).toString()),
    JSON.stringify(secret).slice(1, -1),
    authorization.slice(6),
  ];
  // A short secret may occur in ordinary words: it is blanked only where it stands alone.
  const [before, behind] = secret.length < 4 ? ['(?<!\\w)', '(?!\\w)'] : ['', ''];
  const escaped = Array.from(new Set(forms), (form) => form.replace(/[^\w]/g, '\\$&'));
  return new RegExp(`${before}(?:${escaped.join('|')})${behind}`, 'g');
}

function proofOf({ key, secret, ca }: { key?: string; secret?: string; ca?: string }): Proof {
  if (key === undefined) return { authorization: undefined, ca };
  const proof = Buffer.from(`${key}:${secret ?? ''}`).toString('base64');
  if (proof.length > longestProof) throw invalidArgument('key and secret are too long for a request');
  return { authorization: `Basic ${proof}`, ca };
}
