import { parseExactJson, stringifyExactJson } from '../../protocol/exact-json';
import { SyncServiceError } from '../errors';
import type { Lane } from './http';
import type { CallOptions } from './options';
import type { ServiceRequest, ServiceResponse } from './request';
import type { Sender } from './sender';

/** In bytes: a status or an error is a line, the metadata of one object with all its destinations far less than this. */
const largestText = 1_048_576;
const largestJson = 64 * 1_048_576;

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
export class Requests {
  constructor(private readonly sender: Sender) {}

  /** The JSON of a GET. */
  async json<T>(path: string, options: CallOptions): Promise<T> {
    const request = { ...question(path, options), limit: largestJson };
    return this.#parse<T>(await this.#text(request, [200]), request);
  }

  /** The same without asking first for the kind of the service: it is how one asks. */
  async unchecked<T>(path: string, options: CallOptions): Promise<T> {
    const request = { ...question(path, options), limit: largestText, unchecked: true };
    return this.#parse<T>(await this.#text(request, [200]), request);
  }

  /** The JSON of a GET that lists something; the service answers 404 where there is nothing to list. */
  async list<T>(path: string, options: CallOptions & { lane?: Lane }): Promise<T[]> {
    const request = { ...question(path, options), long: true };
    const response = await this.sender.send(request, [200, 404]);
    const text = await textOf(response);
    return response.status === 404 ? [] : this.#parse<T[]>(text, request);
  }

  /** The bare text of a GET. */
  async text(path: string, options: CallOptions): Promise<string> {
    return this.#text({ ...question(path, options), limit: largestText }, [200]);
  }

  /** Changes something; the service answers each change with 204. */
  async change({ json, lane = 'question', method, path, repeatable, signal }: Change): Promise<void> {
    const text = json && stringifyExactJson(json);
    const body =
      text === undefined ? {} : { body: () => text, headers: { 'content-type': 'application/json' } };
    const limit = largestText;
    await this.#text({ lane, method, path, repeatable, limit, signal, ...body }, [204]);
  }

  /** Sends bytes; gives the headers of the answer. */
  async upload(
    upload: Omit<ServiceRequest, 'lane' | 'method' | 'long'>,
  ): Promise<ServiceResponse['headers']> {
    const request: ServiceRequest = { ...upload, lane: 'transfer', method: 'PUT', long: true };
    const response = await this.sender.send(request, [204]);
    await textOf(response);
    return response.headers;
  }

  /**
   * The bytes of a GET as they come.
   *
   * @param range the first and the last byte wanted; an answer that is not exactly these bytes is refused.
   */
  async *bytes(path: string, options: CallOptions & { range?: ByteRange }): AsyncGenerator<Buffer> {
    const { range, signal } = options;
    const request: ServiceRequest = { ...question(path, { signal }), lane: 'transfer', long: true };
    if (range) request.headers = { range: `bytes=${range.first}-${range.last}` };
    const response = await this.sender.send(request, [range ? 206 : 200]);
    const said = response.headers['content-range'];
    if (range && said !== `bytes ${range.first}-${range.last}/${range.size}`) {
      response.discard();
      throw this.#unexpected(request, response.status, `was answered with another range (${said})`);
    }
    yield* response.body;
  }

  async #text(request: ServiceRequest, expected: readonly number[]): Promise<string> {
    return textOf(await this.sender.send(request, expected));
  }

  #parse<T>(text: string, request: ServiceRequest): T {
    try {
      return parseExactJson(text) as T;
    } catch (cause) {
      throw this.#unexpected(request, 200, 'was not answered with JSON', text, cause);
    }
  }

  #unexpected(
    { method, path }: ServiceRequest,
    statusCode: number,
    what: string,
    text = '',
    cause?: unknown,
  ): SyncServiceError {
    const url = this.sender.url(path);
    const details = { statusCode, method, url, response: text.slice(0, 4_096), cause };
    return new SyncServiceError('SYNC_UNEXPECTED_RESPONSE', `${method} ${url} ${what}`, details);
  }
}

async function textOf({ body }: ServiceResponse): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

export interface ByteRange {
  first: number;
  /** Included. */
  last: number;
  /** Of the whole data, in bytes. */
  size: number;
}

function question(
  path: string,
  { lane = 'question', signal }: CallOptions & { lane?: Lane },
): ServiceRequest {
  return { lane, method: 'GET', path, repeatable: true, signal };
}
