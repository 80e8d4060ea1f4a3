import type { HttpRequest, HttpResponse, OpenTransport } from '../../../src/client/connection/http';
import { type ClientSeams, withSystem } from '../../../src/client/seams';

/** What stands on the way to a service and answers in its place, as often as it is told. */
export class Line {
  #lies: { is: (request: HttpRequest) => boolean; times: number; body: string }[] = [];

  get seams(): ClientSeams {
    const { openTransport } = withSystem({});
    return { openTransport: (options, ca) => this.#through(openTransport(options, ca)) };
  }

  /** Says so many times that there is no such thing. @param body the service's own 404 has none. */
  deny(path: RegExp, times: number, body = ''): void {
    this.#lies.push({ is: (request) => request.method === 'GET' && path.test(request.path), times, body });
  }

  /** From now on everything goes through. */
  behave(): void {
    this.#lies = [];
  }

  /** Whether it has said all that it was told to say. */
  get saidAll(): boolean {
    return this.#lies.every(({ times }) => times === 0);
  }

  #through(transport: ReturnType<OpenTransport>): ReturnType<OpenTransport> {
    return {
      request: async (request) => {
        const lie = this.#lies.find(({ is, times }) => times > 0 && is(request));
        if (!lie) return transport.request(request);
        lie.times -= 1;
        return denial(lie.body);
      },
      trust: (ca) => transport.trust(ca),
      close: () => transport.close(),
    };
  }
}

function denial(body: string): HttpResponse {
  return {
    status: 404,
    headers: { 'content-type': 'text/html' },
    body: (async function* () {
      if (body) yield Buffer.from(body);
    })(),
    discard: () => undefined,
  };
}
