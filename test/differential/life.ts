import { constants, sign } from 'node:crypto';
import { rsa } from '../support/keys';
import type { SeededRandom } from '../support/random';
import { type AskedRequest, type EdgeNode, edgeNodes, type Ground, type Node } from './ground';

/** How often each request of a life comes, relative to the others. */
type Weighted = [weight: number, make: () => AskedRequest];

type Names = Pick<Ground, 'organization' | 'destinationType' | 'destinationIDs'>;

/** Whoever asks for one object type, in a random order that an application could think of: what it asks and what shows. */
export class Life {
  readonly asked: AskedRequest[] = [];
  readonly #requests: Weighted[];
  #version = 0;

  constructor(
    readonly objectType: string,
    private readonly random: SeededRandom,
    private readonly names: Names,
  ) {
    this.#requests = [...this.#onTheCloud(), ...this.#onAnEdge()];
  }

  next(): AskedRequest {
    const made = this.asked.length === 0 ? this.#put('css') : this.#any();
    this.asked.push(made);
    return made;
  }

  /** Requests that show all there is of this life, and change nothing. */
  looks(): AskedRequest[] {
    const looks: AskedRequest[] = [
      this.#ask('css', 'GET', '?all_objects=true'),
      this.#ask('css', 'GET', '?received=true'),
    ];
    for (const id of ids) {
      for (const operation of ['', '/status', '/data', '/destinations'])
        looks.push(this.#ask('css', 'GET', `/${id}${operation}`));
    }
    for (const edge of edgeNodes) {
      looks.push(this.#ask(edge, 'GET', ''), this.#ask(edge, 'GET', '?received=true'));
      for (const id of ids)
        for (const operation of ['', '/status', '/data'])
          looks.push(this.#ask(edge, 'GET', `/${id}${operation}`));
    }
    return looks;
  }

  ends(): AskedRequest[] {
    const nodes = ['css', ...edgeNodes] as const;
    return nodes.flatMap((node) => published[node].map((id) => this.#ask(node, 'DELETE', `/${id}`)));
  }

  #any(): AskedRequest {
    let at = this.random.next() * this.#requests.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, make] of this.#requests) {
      at -= weight;
      if (at < 0) return make();
    }
    return this.#put('css');
  }

  #onTheCloud(): Weighted[] {
    const css = 'css';
    return [
      [20, () => this.#put(css)],
      [6, () => this.#ask(css, 'PUT', `${this.#object()}/data`, this.#data())],
      [5, () => this.#put(css, { metaOnly: true })],
      [9, () => this.#ask(css, 'DELETE', this.#object())],
      [4, () => this.#ask(css, 'PUT', `${this.#object()}/activate`)],
      [5, () => this.#ask(css, 'PUT', `${this.#object()}/destinations`, JSON.stringify(this.#list()))],
      [5, () => this.#changeDestinations()],
      [8, () => this.#mark(css)],
      [2, () => this.#filters()],
    ];
  }

  #onAnEdge(): Weighted[] {
    const any = (): EdgeNode => this.random.pick(edgeNodes);
    return [
      [22, () => this.#mark(any())],
      [8, () => this.#put(any())],
      [2, () => this.#put(any(), { metaOnly: true })],
      [3, () => this.#ask(any(), 'PUT', `${this.#object()}/data`, this.#data())],
      [4, () => this.#ask(any(), 'DELETE', this.#object())],
      [2, () => this.#ask(any(), 'PUT', `${this.#object()}/activate`)],
      [5, () => this.#asService(any())],
    ];
  }

  #mark(node: Node): AskedRequest {
    const how = this.random.pick(['consumed', 'consumed', 'received', 'deleted'] as const);
    return this.#ask(node, 'PUT', `${this.#object()}/${how}`);
  }

  #asService(node: EdgeNode): AskedRequest {
    const [method, operation] = this.random.pick<readonly [string, string]>([
      ['GET', ''],
      ['GET', '/status'],
      ['GET', '/data'],
      ['PUT', '/received'],
      ['PUT', '/consumed'],
      ['PUT', '/deleted'],
    ]);
    const auth = this.random.pick([
      `${this.names.organization}$svcOrg$1.0.0$svcName:x`,
      `${this.names.organization}$svcOrg$1.0.0$other:x`,
      `edge1%${this.names.organization}:x`,
      `user@${this.names.organization}:x`,
    ] as const);
    return { ...this.#ask(node, method, `${this.#object()}${operation}`), auth };
  }

  #put(node: Node, given: object = {}): AskedRequest {
    this.#version += 1;
    const objectID = this.#object(node).slice(1);
    const fields = this.#fields();
    const data = Buffer.from(this.#data());
    const meta = {
      objectID,
      objectType: this.objectType,
      version: String(this.#version),
      ...(node === 'css' && this.#destination()),
      ...(fields === 'signed' ? this.#signature(data) : fields),
      ...given,
    };
    const withData = !('metaOnly' in meta || 'noData' in meta) && this.random.below(5) > 0;
    const update = { meta, ...(withData && { data: data.toString('base64') }) };
    return this.#ask(node, 'PUT', `/${objectID}`, JSON.stringify(update));
  }

  /** Now and then of other data. */
  #signature(data: Buffer): object {
    const signed = this.random.below(4) === 0 ? Buffer.from('other data') : data;
    const hashAlgorithm = this.random.pick(['SHA1', 'SHA256'] as const);
    return { hashAlgorithm, publicKey, signature: sign(hashAlgorithm, signed, signing).toString('base64') };
  }

  /** What an object may have besides. */
  #fields(): object | 'signed' {
    return this.random.pick<object | 'signed'>([
      {},
      {},
      {},
      {},
      { consumers: 2 },
      { noData: true },
      { inactive: true },
      { public: true },
      { link: 'http://127.0.0.1/somewhere' },
      { autodelete: true },
      'signed',
    ]);
  }

  #destination(): object {
    const { destinationType, destinationIDs } = this.names;
    return this.random.pick([
      { destinationType, destinationID: destinationIDs.ess },
      { destinationType, destinationID: destinationIDs.ess },
      { destinationType, destinationID: destinationIDs.ess2 },
      { destinationType },
      {},
      { destinationsList: this.#list() },
      { destinationPolicy: this.#policy() },
    ] as const);
  }

  #policy(): object {
    const service = { orgID: 'svcOrg', arch: '*', serviceName: 'svcName', version: '[1.0.0,2.0.0)' };
    return { properties: [], constraints: [], services: this.random.below(2) === 0 ? [service] : [] };
  }

  #list(): string[] {
    const { destinationType, destinationIDs } = this.names;
    const [first, second] = edgeNodes.map((edge) => `${destinationType}:${destinationIDs[edge]}`);
    return this.random.pick([[first], [second], [first, second], []] as [string[], ...string[][]]);
  }

  #changeDestinations(): AskedRequest {
    const action = this.random.pick(['add', 'remove'] as const);
    const body = JSON.stringify({ action, destinations: this.#list() });
    return this.#ask('css', 'POST', `${this.#object()}/destinations`, body);
  }

  #filters(): AskedRequest {
    const also = this.random.pick(['', '&deleted=true', '&noData=false', '&destinationPolicy=true'] as const);
    const path = `/api/v1/objects/${this.names.organization}?filters=true&objectType=${this.objectType}${also}`;
    return { ...this.#ask('css', 'GET', ''), path };
  }

  /** @param publisher of objects that come into question; anybody's unless given. */
  #object(publisher?: Node): string {
    const [first, ...others] = publisher ? published[publisher] : ids;
    return `/${this.random.pick([first ?? 'a', first ?? 'a', ...others])}`;
  }

  #data(): string {
    return `data ${this.random.below(1_000)}`.padEnd(8 + this.random.below(3) * 1_500, '.');
  }

  #ask(node: Node, method: string, below: string, body?: string): AskedRequest {
    const organization = node === 'css' ? `/${this.names.organization}` : '';
    const path = `/api/v1/objects${organization}/${this.objectType}${below}`;
    return {
      node,
      method,
      path,
      auth: `admin@${this.names.organization}:x`,
      ...(body !== undefined && { body }),
    };
  }
}

/** Each side publishes under names of its own: what becomes of one that two publish is chance at the real service. */
const published = { css: ['a', 'b'], ess: ['c'], ess2: ['d'] } as const;
const ids = [...published.css, ...published.ess, ...published.ess2];

const publicKey = rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const signing = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING };
