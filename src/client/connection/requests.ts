import { stringifyExactJson } from '../../protocol/exact-json';
import { warnIfThrown } from '../../system/listeners';
import type { SyncServiceError } from '../errors';
import { parseAnswer, textOf, toldText, unexpected } from './answers';
import { EntryCutter } from './entry-cutter';
import { bodyTooLarge, type Lane } from './http';
import { type LeftOut, ListEntry } from './list-entry';
import type { ConnectionOptions, EndOptions } from './options';
import type { ServiceRequest, ServiceResponse } from './request';
import type { Sender } from './sender';

/** In bytes: a status or an error is a line. */
const largestText = 1_048_576;

/** What a request changes at the service, and how it may be sent. */
export interface Change extends EndOptions {
  method: 'PUT' | 'POST' | 'DELETE';
  path: string;
  /** Sent as JSON. */
  json?: object;
  lane?: Lane;
  /** See ServiceRequest. */
  secret?: string | undefined;
  /** Whether it may be sent again when it is not known whether it arrived. */
  repeatable: boolean;
  /** See ServiceRequest. */
  goesOn?: boolean;
  /** See ServiceRequest. */
  onRepeat?: (() => void) | undefined;
}

/** A question, and the lane to ask it in. */
export interface QuestionOptions extends EndOptions {
  lane?: Lane;
  /** See ServiceRequest. */
  onPause?: ((isPaused: boolean) => void) | undefined;
}

export interface ListOptions extends QuestionOptions {
  /** Told of each entry that cannot be used; the others are given all the same. */
  onLeftOut?: ((entry: LeftOut) => void) | undefined;
}

/** The questions and changes that a sync service knows, in the forms in which it answers them. */
export class Requests {
  readonly #limits: Required<NonNullable<ConnectionOptions['limits']>>;

  constructor(
    private readonly sender: Sender,
    { limits }: Pick<ConnectionOptions, 'limits'>,
  ) {
    this.#limits = { listEntry: 1_048_576, list: 1_073_741_824, json: 64 * 1_048_576, ...limits };
  }

  /**
   * The JSON of a GET.
   *
   * @param isUsable what it refuses is an error, like what is no JSON.
   * @param glance gives the result without parsing the text; undefined where it must be parsed.
   */
  async json<T>(
    path: string,
    options: QuestionOptions,
    isUsable: (value: unknown) => boolean = () => true,
    glance: (text: string) => T | undefined = () => undefined,
  ): Promise<T> {
    const request = question(path, options);
    request.limit = this.#limits.json;
    const text = await this.#text(request, [200]);
    const glanced = glance(text);
    if (glanced !== undefined) return glanced;
    const value = this.#parse<T>(text, request);
    if (!isUsable(value)) throw this.#unexpected(request, 200, 'was answered with something else', text);
    return value;
  }

  /** The same without asking first for the kind of the service: this is how that is found out. */
  async unchecked<T>(path: string, options: EndOptions, isUsable: (value: unknown) => boolean): Promise<T> {
    const request = { ...question(path, options), limit: largestText, unchecked: true };
    const text = await this.#text(request, [200]);
    const value = this.#parse<T>(text, request);
    if (!isUsable(value)) throw this.#unexpected(request, 200, 'was answered with something else', text);
    return value;
  }

  /** The objects that a GET lists; the service answers 404 where there is nothing to list. */
  list<T extends object>(path: string, options: ListOptions): Promise<T[]> {
    return this.#entries(path, options, (value): value is T => typeof value === 'object' && value !== null);
  }

  /** The same of what lists names. */
  names(path: string, options: ListOptions): Promise<string[]> {
    return this.#entries(path, options, (value) => typeof value === 'string');
  }

  async #entries<T>(
    path: string,
    options: ListOptions,
    isUsable: (value: unknown) => value is T,
  ): Promise<T[]> {
    const list: T[] = [];
    await this.readList(path, options, (entry) => {
      const value = entry.value(isUsable);
      if (value !== undefined) list.push(value);
    });
    return list;
  }

  /** The same, called back for each entry while the list arrives: what is not asked for is not read. */
  async readList(path: string, options: ListOptions, onEntry: (entry: ListEntry) => void): Promise<void> {
    const { onLeftOut } = options;
    const leaveOut = (reason: LeftOut['reason'], text: Buffer): void => {
      const start = this.sender.blanked(text.subarray(0, toldText).toString().trim());
      warnIfThrown('entries that were left out', () => onLeftOut?.({ reason, start }));
    };
    const read = (bytes: Buffer): void => onEntry(new ListEntry(bytes, leaveOut));
    const onTooLarge = (text: Buffer): void => leaveOut('too large', text);
    await this.#cut(path, options, new EntryCutter({ onEntry: read, onTooLarge }, this.#limits.listEntry));
  }

  /** The bare text of a GET. */
  async text(path: string, options: QuestionOptions): Promise<string> {
    return this.#text({ ...question(path, options), limit: largestText }, [200]);
  }

  /** Changes something; the service answers each change with 204. */
  async change(change: Change): Promise<void> {
    const { goesOn, json, lane = 'question', method, onRepeat, path, repeatable, secret, signal } = change;
    const limit = largestText;
    const request: ServiceRequest = { lane, method, path, secret, signal, repeatable, onRepeat, limit };
    if (goesOn) request.goesOn = true;
    if (json) {
      const text = stringifyExactJson(json);
      request.body = () => text;
      request.headers = { 'content-type': 'application/json' };
    }
    await this.#text(request, [204]);
  }

  /** Sends bytes; gives the headers of the answer. */
  async upload(
    upload: Omit<ServiceRequest, 'lane' | 'limit' | 'long' | 'method'>,
  ): Promise<ServiceResponse['headers']> {
    const limit = largestText;
    const request: ServiceRequest = { ...upload, lane: 'transfer', method: 'PUT', limit, long: true };
    const response = await this.sender.send(request, [204]);
    await textOf(response, limit);
    return response.headers;
  }

  /**
   * The bytes of a GET, which come when they are read.
   *
   * @param options.range the first and the last byte wanted; an answer that is not exactly these bytes is refused.
   * @param options.expected how many bytes come, where that is known: few are taken into memory as they come.
   */
  async bytes(path: string, options: BytesOptions): Promise<AsyncIterable<Buffer>> {
    const { expected, onPause, range, signal } = options;
    const request = question(path, { lane: 'transfer', signal, onPause });
    request.long = true;
    if (range) request.headers = { range: `bytes=${range.first}-${range.last}` };
    else if (expected !== undefined && expected <= fewBytes) request.limit = mostOfFewBytes;
    const response = await this.sender.send(request, [range ? 206 : 200]).catch((error: unknown) => {
      if (request.limit === undefined || !isTooLarge(error)) throw error;
      // It is larger than it was: whoever reads it finds out what became of it.
      return this.sender.send({ ...request, limit: undefined }, [200]);
    });
    const said = response.headers['content-range'];
    if (range && said !== `bytes ${range.first}-${range.last}/${range.size}`) {
      response.discard();
      throw this.#unexpected(request, response.status, `was answered with another range (${said})`);
    }
    return response.body;
  }

  async #text(request: ServiceRequest, expected: readonly number[]): Promise<string> {
    return textOf(await this.sender.send(request, expected), request.limit ?? largestText);
  }

  async #cut(path: string, options: QuestionOptions, cutter: EntryCutter): Promise<void> {
    const request = question(path, options);
    request.long = true;
    const response = await this.sender.send(request, [200, 404]);
    if (response.status === 404) return this.#refuseForeign(response, request);
    let start: Buffer | undefined;
    let size = 0;
    try {
      for await (const piece of response.body) {
        start ??= piece;
        size += piece.length;
        if (size > this.#limits.list) throw new SyntaxError(`it is larger than ${this.#limits.list} bytes`);
        cutter.push(piece);
      }
      cutter.end();
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      const text = start?.subarray(0, toldText).toString() ?? '';
      throw this.#unexpected(request, 200, `was not answered with a list (${cause.message})`, text);
    }
  }

  /** A 404 with a page is not the service's "nothing": it would look like that for ever. */
  async #refuseForeign(response: ServiceResponse, request: ServiceRequest): Promise<void> {
    const error = await this.sender.refusal(response, request);
    if (error.code !== 'SYNC_NOT_FOUND') throw error;
    this.sender.goodAnswers.tell();
  }

  #parse<T>(text: string, request: ServiceRequest): T {
    const { reason, value } = parseAnswer(text);
    if (!reason) return value as T;
    const what =
      reason === 'too deep' ? 'was answered with JSON that is nested too deep' : 'was not answered with JSON';
    throw this.#unexpected(request, 200, what, text);
  }

  #unexpected(request: ServiceRequest, status: number, what: string, text = ''): SyncServiceError {
    const [url, response] = [this.sender.url(request.path), this.sender.blanked(text)];
    return unexpected(what, { method: request.method, url, statusCode: status, response });
  }
}

/** Data of up to this size, in bytes, is taken into memory, which costs a third of what streaming it costs. */
const fewBytes = 262_144;
/** How many bytes of it are taken at most, where more comes than was expected. */
const mostOfFewBytes = 1_048_576;

function isTooLarge(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  return (cause as { code?: unknown } | undefined)?.code === bodyTooLarge;
}

export interface BytesOptions extends Omit<QuestionOptions, 'lane'> {
  range?: ByteRange;
  expected?: number | undefined;
}

export interface ByteRange {
  first: number;
  /** Included. */
  last: number;
  /** Of the whole data, in bytes. */
  size: number;
}

function question(path: string, { lane = 'question', onPause, signal }: QuestionOptions): ServiceRequest {
  return { lane, method: 'GET', path, repeatable: true, signal, onPause };
}
