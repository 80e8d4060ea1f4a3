import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { stringifyExactJson } from '../../protocol/exact-json';
import type { ObjectMetadata } from '../../protocol/metadata';
import type { KeptMap } from '../../storage/journal';

/** The URLs to call when an object of a type has arrived with its data. */
export class Webhooks {
  #calls: Promise<void> = Promise.resolve();

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

  /** Calls each URL once, one after the other, whatever they answer: the object stays listed until it is acknowledged. */
  ring(organization: string, metadata: ObjectMetadata): void {
    for (const url of this.of(organization, metadata.objectType)) {
      this.#calls = this.#calls.then(() => call(url, 'POST', stringifyExactJson(metadata, 2)));
    }
  }

  #others(key: string, url: string): readonly string[] {
    return (this.urls.get(key) ?? []).filter((each) => each !== url);
  }
}

const redirects = new Set([301, 302, 303]);

/** A URL that does not answer is not called again; that is how the real service has it. */
function call(url: string, method: 'POST' | 'GET', body?: string): Promise<void> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  const headers = { 'content-type': 'Application/JSON', 'user-agent': 'Go-http-client/1.1' };
  return new Promise((resolve) => {
    const calling = request(url, { method, headers, agent: false }, (response) => {
      response.resume();
      const { location } = response.headers;
      const target = redirects.has(response.statusCode ?? 0) && location ? new URL(location, url) : undefined;
      response.on('close', () => resolve(target && method === 'POST' ? call(target.href, 'GET') : undefined));
    });
    calling.on('error', () => resolve());
    calling.end(body);
  });
}
