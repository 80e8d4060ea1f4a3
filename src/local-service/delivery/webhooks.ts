import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { stringifyExactJson } from '../../protocol/exact-json';
import type { ObjectMetadata } from '../../protocol/metadata';
import type { KeptMap } from '../../storage/journal';

/** The URLs to call when an object of a type has arrived with its data. */
export class Webhooks {
  constructor(private readonly urls: KeptMap<readonly string[]>) {}

  register(organization: string, objectType: string, url: string): void {
    const key = `${organization}/${objectType}`;
    this.urls.set(key, [...this.#others(key, url), url]);
  }

  /** The URLs that are called for an object type. */
  of(organization: string, objectType: string): readonly string[] {
    return this.urls.get(`${organization}/${objectType}`) ?? [];
  }

  delete(organization: string, objectType: string, url: string): void {
    const key = `${organization}/${objectType}`;
    this.urls.set(key, this.#others(key, url));
  }

  /**
   * Calls each URL once, one after the other, whatever they answer: the object stays listed until it is acknowledged.
   *
   * @returns resolves when all were called: the real service waits for that; undefined where there are none.
   */
  ring(organization: string, metadata: ObjectMetadata): Promise<void> | undefined {
    const urls = this.of(organization, metadata.objectType);
    return urls.length > 0 ? callAll(urls, stringifyExactJson(metadata, 2)) : undefined;
  }

  #others(key: string, url: string): readonly string[] {
    return this.urls.get(key)?.filter((each) => each !== url) ?? [];
  }
}

async function callAll(urls: readonly string[], body: string): Promise<void> {
  for (const url of urls) await call(url, 'POST', body);
}

const redirects = new Set([301, 302, 303]);

/** A URL that does not answer is not called again; that is how the real service has it. */
function call(url: string, method: 'POST' | 'GET', body?: string): Promise<void> {
  // The real service takes what begins like a URL, and can no more call it than we can.
  if (!URL.canParse(url)) return Promise.resolve();
  const request = /^https:/i.test(url) ? requestHttps : requestHttp;
  const headers = { 'content-type': 'Application/JSON', 'user-agent': 'Go-http-client/1.1' };
  return new Promise((resolve) => {
    const calling = request(url, { method, headers, agent: false }, (response) => {
      response.resume();
      const { location } = response.headers;
      const follows = method === 'POST' && redirects.has(response.statusCode ?? 0);
      const target = follows && location && URL.canParse(location, url) ? new URL(location, url) : undefined;
      response.on('close', () => resolve(target && call(target.href, 'GET')));
    });
    calling.on('error', () => resolve());
    calling.end(body);
  });
}
