import type { SeededRandom } from '../support/random';
import { type AskedRequest, edgeNodes, type Ground, type Node } from './ground';
import {
  authorizations,
  badNames,
  bodies,
  contentRanges,
  fields,
  paths,
  queries,
  queryValues,
  ranges,
  users,
  values,
} from './malformed-values';

type Names = Pick<Ground, 'organization' | 'destinationType' | 'destinationIDs'>;

/** The objects that are prepared, and one that is not there. */
const names = ['a', 'n', 'u', 'o'] as const;
/** How many requests of a life are well-formed, before the others begin. */
const wellFormed = 3;

/** Requests about one object type that no client should send, after a few that it may. */
export class MalformedLife {
  readonly asked: AskedRequest[] = [];

  constructor(
    readonly objectType: string,
    private readonly random: SeededRandom,
    private readonly names: Names,
  ) {}

  next(): AskedRequest {
    const made = this.asked.length < wellFormed ? this.#prepare() : this.#bad();
    this.asked.push(made);
    return made;
  }

  looks(): AskedRequest[] {
    return [
      this.#ask('css', 'GET', '?all_objects=true'),
      this.#ask('css', 'GET', `/${names[0]}`),
      this.#ask('ess', 'GET', '?received=true'),
      this.#ask('ess', 'GET', `/${names[3]}`),
    ];
  }

  ends(): AskedRequest[] {
    return names.flatMap((id) => [
      this.#ask('css', 'DELETE', `/${id}`),
      this.#ask('ess', 'DELETE', `/${id}`),
    ]);
  }

  /** An object with data, one that never has any, and one that an edge has published. */
  #prepare(): AskedRequest {
    const at = this.asked.length;
    const { destinationType, destinationIDs } = this.names;
    const data = Buffer.from('0123456789').toString('base64');
    const node = at === 2 ? 'ess' : 'css';
    const objectID = at === 2 ? names[3] : names[at];
    const meta = {
      objectID,
      objectType: this.objectType,
      ...(node === 'css' && { destinationType, destinationID: destinationIDs.ess }),
      ...(at === 1 && { noData: true }),
    };
    return this.#ask(node, 'PUT', `/${objectID}`, JSON.stringify({ meta, ...(at !== 1 && { data }) }));
  }

  #bad(): AskedRequest {
    const make = this.random.pick([
      () => this.#badUpdate(),
      () => this.#badUpdate(),
      () => this.#badName(),
      () => this.#badMethod(),
      () => this.#badQuery(),
      () => this.#badRange(),
      () => this.#badCredentials(),
      () => this.#badBody(),
      () => this.#badPath(),
    ]);
    return make();
  }

  #badUpdate(): AskedRequest {
    const objectID = this.#name();
    const meta: Record<string, unknown> = { objectID, objectType: this.objectType };
    const update: Record<string, unknown> = { meta, data: 'MDEyMw==' };
    for (let changes = 1 + this.random.below(2); changes > 0; changes -= 1) {
      if (this.random.below(6) === 0)
        update[this.random.pick(['data', 'meta', 'Data', 'other'])] = this.#value();
      else meta[this.#field()] = this.#value();
    }
    return this.#ask(this.#node(), 'PUT', `/${objectID}`, this.#broken(JSON.stringify(update)));
  }

  #field(): string {
    const field = this.random.pick(fields);
    return this.random.below(10) === 0 ? field.toUpperCase() : field;
  }

  #value(): unknown {
    return this.random.pick(values);
  }

  /** Now and then the text itself is damaged. */
  #broken(text: string): string {
    switch (this.random.below(12)) {
      case 0:
        return text.slice(0, this.random.below(text.length));
      case 1:
        return `${text}${this.random.pick(['}', ' x', '{}', '\n\n', ']'])}`;
      case 2:
        return text.replace(',', this.random.pick([',,', ';', '', ',null,']));
      case 3:
        return this.random.pick([
          '',
          'null',
          '[]',
          '{}',
          '"x"',
          '5',
          'true',
          '\ufeff{}',
          '{"meta":null}',
          '{"meta":[]}',
        ]);
      default:
        return text;
    }
  }

  #badName(): AskedRequest {
    const name = this.random.pick(badNames);
    const method = this.random.pick(['GET', 'PUT', 'DELETE'] as const);
    const body =
      method === 'PUT'
        ? JSON.stringify({ meta: { objectID: name, objectType: this.objectType } })
        : undefined;
    const below = this.random.pick([`/${name}`, `/${name}/data`, `/${names[0]}/${name}`] as const);
    return this.#ask(this.#node(), method, below, body);
  }

  #badMethod(): AskedRequest {
    const method = this.random.pick(['POST', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PUT'] as const);
    const below = this.random.pick([
      '',
      '/',
      `/${this.#name()}`,
      `/${this.#name()}${this.#operation()}`,
    ] as const);
    return this.#ask(this.#node(), method, below);
  }

  #operation(): string {
    const operation = this.random.pick([
      '/data',
      '/status',
      '/destinations',
      '/consumed',
      '/received',
      '/deleted',
      '/activate',
      '/policyreceived',
      '/nosuch',
    ] as const);
    return this.random.below(6) === 0 ? operation.toUpperCase() : operation;
  }

  #badQuery(): AskedRequest {
    const node = this.#node();
    const one = (): string => `${this.random.pick(queries)}=${this.random.pick(queryValues)}`;
    const query = this.random.below(3) === 0 ? `${one()}&${one()}` : one();
    if (node !== 'css' || this.random.below(2) === 0) return this.#ask(node, 'GET', `?${query}`);
    return this.#at(
      'css',
      'GET',
      `/api/v1/objects/${this.names.organization}?objectType=${this.objectType}&${query}`,
    );
  }

  #badRange(): AskedRequest {
    const node = this.#node();
    const below = `/${this.#name()}/data`;
    if (this.random.below(3) > 0)
      return { ...this.#ask(node, 'GET', below), headers: { range: this.random.pick(ranges) } };
    const headers = { 'content-range': this.random.pick(contentRanges) };
    return { ...this.#ask(node, 'PUT', below, '0123456789'), headers };
  }

  #badCredentials(): AskedRequest {
    const node = this.#node();
    const method = this.random.pick(['GET', 'PUT', 'DELETE', 'POST'] as const);
    const below = this.random.pick(['', `/${this.#name()}`, `/${this.#name()}${this.#operation()}`] as const);
    const body = this.random.below(2) === 0 ? '{"meta":{}}' : undefined;
    const asked = { ...this.#ask(node, method, below, body), auth: this.random.pick(users) };
    if (this.random.below(4) > 0) return asked;
    return { ...asked, auth: null, headers: { authorization: this.random.pick(authorizations) } };
  }

  #badBody(): AskedRequest {
    const node = this.#node();
    const { organization } = this.names;
    const body = this.#broken(JSON.stringify(this.random.pick(bodies)));
    const [method, path] = this.random.pick<readonly [string, string]>([
      ['PUT', this.#path(node, '')],
      ['PUT', this.#path(node, '')],
      ['PUT', this.#path(node, `/${this.#name()}/destinations`)],
      ['POST', this.#path(node, `/${this.#name()}/destinations`)],
      ['PUT', `/api/v1/security/objects/${organization}/${this.objectType}`],
      ['PUT', `/api/v1/security/destinations/${organization}/${this.objectType}`],
      ['PUT', `/api/v1/organizations/${this.objectType}`],
    ]);
    return this.#at(node, method, path, body);
  }

  #badPath(): AskedRequest {
    const { organization, destinationType, destinationIDs } = this.names;
    const path = this.random.pick([
      ...paths,
      `/api/v1/destinations/${organization}/${destinationType}/${destinationIDs.ess}`,
      `/api/v1/destinations/${organization}/${destinationType}/nosuch/objects`,
      `/api/v1/destinations/${organization}/${destinationType}`,
      `/api/v1/security/objects/${organization}/${this.objectType}/user`,
      `/api/v1/security/objects/${organization}?key=${this.objectType}`,
      `/api/v1/security/nosuch/${organization}`,
      `/api/v1/objects/${organization}/${this.objectType}//${names[0]}`,
      `/api/v1/objects/./${this.objectType}`,
      `/api/v1/objects/${this.objectType}/../${this.objectType}`,
      `/api/v1/objects/${organization}/${this.objectType}/${names[0]}/data/more`,
      `/api/v1/objects/nosuch/${this.objectType}`,
    ] as [string, ...string[]]);
    const method = this.random.pick(['GET', 'GET', 'PUT', 'DELETE', 'HEAD'] as const);
    return this.#at(this.#node(), method, path);
  }

  #name(): string {
    return this.random.pick(names);
  }

  #node(): Node {
    return this.random.pick<Node>(['css', 'css', ...edgeNodes]);
  }

  #path(node: Node, below: string): string {
    const organization = node === 'css' ? `/${this.names.organization}` : '';
    return `/api/v1/objects${organization}/${this.objectType}${below}`;
  }

  #ask(node: Node, method: string, below: string, body?: string): AskedRequest {
    return this.#at(node, method, this.#path(node, below), body);
  }

  #at(node: Node, method: string, path: string, body?: string): AskedRequest {
    return {
      node,
      method,
      path,
      auth: `admin@${this.names.organization}:x`,
      ...(body !== undefined && { body }),
    };
  }
}
