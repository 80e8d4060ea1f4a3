import { parseExactJson, stringifyExactJson } from '../../protocol/exact-json';
import { SyncServiceError } from '../errors';
import type { KindCheck } from './kind';
import type { CallOptions } from './options';
import type { Answer, Call, Lane, Transport } from './transport';

/** What a request changes at the service, and how it may be sent. */
export interface Change extends CallOptions {
  method: 'PUT' | 'POST' | 'DELETE';
  path: string;
  /** Sent as JSON. */
  json?: object;
  lane?: Lane;
  /** Whether it may be sent again when it is not known whether it arrived. */
  repeatable: boolean;
}

/** The questions and changes that a sync service knows, in the forms in which it answers them. */
export class Exchange {
  constructor(
    private readonly transport: Transport,
    private readonly kind: KindCheck,
  ) {}

  /** The JSON of a GET. */
  async json<T>(path: string, options: CallOptions): Promise<T> {
    const call = question(path, options);
    return this.#parse<T>(await this.#text(call, [200]), call);
  }

  /** The same without asking first for the kind of the service: it is how one asks. */
  async unchecked<T>(path: string, options: CallOptions): Promise<T> {
    const call = question(path, options);
    return this.#parse<T>(await this.#read(await this.transport.send(call, [200]), call), call);
  }

  /** The JSON of a GET that lists something; the service answers 404 where there is nothing to list. */
  async list<T>(path: string, options: CallOptions): Promise<T[]> {
    const call = question(path, options);
    const answer = await this.#send(call, [200, 404]);
    const text = await this.#read(answer, call);
    return answer.status === 404 ? [] : this.#parse<T[]>(text, call);
  }

  /** The bare text of a GET. */
  async text(path: string, options: CallOptions): Promise<string> {
    return this.#text(question(path, options), [200]);
  }

  /** Changes something; the service answers each change with 204. */
  async change({ json, lane = 'query', method, path, repeatable, signal }: Change): Promise<void> {
    const text = json && stringifyExactJson(json);
    const body =
      text === undefined ? {} : { body: () => text, headers: { 'content-type': 'application/json' } };
    await this.#text({ lane, method, path, repeatable, signal, ...body }, [204]);
  }

  /** Sends bytes; gives the headers of the answer. */
  async upload(call: Omit<Call, 'lane' | 'method'>): Promise<Answer['headers']> {
    const upload: Call = { ...call, lane: 'transfer', method: 'PUT' };
    const answer = await this.#send(upload, [204]);
    await this.#read(answer, upload);
    return answer.headers;
  }

  /**
   * The bytes of a GET as they come.
   *
   * @param range the first and the last byte wanted; an answer that is not exactly these bytes is refused.
   */
  async *bytes(
    path: string,
    options: CallOptions & { timeout: number; range?: ByteRange },
  ): AsyncGenerator<Buffer> {
    const { range, signal, timeout } = options;
    const call: Call = { ...question(path, { signal }), lane: 'transfer', timeout };
    if (range) call.headers = { range: `bytes=${range.first}-${range.last}` };
    const answer = await this.#send(call, [range ? 206 : 200]);
    const said = answer.headers['content-range'];
    if (range && said !== `bytes ${range.first}-${range.last}/${range.size}`) {
      await answer.body.dump();
      throw this.#unexpected(call, answer.status, `was answered with another range (${said})`);
    }
    try {
      for await (const piece of answer.body) yield piece;
    } catch (error) {
      throw this.transport.bodyFailure(error, call);
    }
  }

  async #send(call: Call, expected: readonly number[]): Promise<Answer> {
    await this.kind.ensure(call.signal);
    try {
      return await this.transport.send(call, expected);
    } catch (error) {
      this.kind.failed(error);
      throw error;
    }
  }

  async #text(call: Call, expected: readonly number[]): Promise<string> {
    return this.#read(await this.#send(call, expected), call);
  }

  async #read(answer: Answer, call: Call): Promise<string> {
    return answer.body.text().catch((error: unknown) => {
      throw this.transport.bodyFailure(error, call);
    });
  }

  #parse<T>(text: string, call: Call): T {
    try {
      return parseExactJson(text) as T;
    } catch (cause) {
      throw this.#unexpected(call, 200, 'was not answered with JSON', text, cause);
    }
  }

  #unexpected(call: Call, statusCode: number, what: string, text = '', cause?: unknown): SyncServiceError {
    const url = this.transport.url(call.path);
    const details = { statusCode, method: call.method, url, response: text.slice(0, 4_096), cause };
    return new SyncServiceError('SYNC_UNEXPECTED_RESPONSE', `${call.method} ${url} ${what}`, details);
  }
}

export interface ByteRange {
  first: number;
  /** Included. */
  last: number;
  /** Of the whole data, in bytes. */
  size: number;
}

function question(path: string, { signal }: CallOptions): Call {
  return { lane: 'query', method: 'GET', path, repeatable: true, signal };
}
