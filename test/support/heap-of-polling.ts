import { SyncServiceClient } from '../../src/client';
import type { HttpRequest, HttpResponse, Transport } from '../../src/client/connection/http';
import { stringifyExactJson } from '../../src/protocol/exact-json';
import { keptOfEach } from './kept';
import { ManualClock } from './manual-clock';
import { metadataOf } from './metadata';

const interval = 5_000;
/** Each so many polls a new version of one object is listed, until it is acknowledged. */
const newsEach = 20;

/** An edge that always lists some objects, and now and then another one. */
class QuietEdge implements Transport {
  polls = 0;
  consumed = 0;
  readonly #standing = ['a', 'b', 'c'].map((objectID) => metadataOf({ objectID }));
  #news: string | undefined;

  async request({ method, path }: HttpRequest): Promise<HttpResponse> {
    if (path.endsWith('/health')) return answer(200, '{"general":{"nodeType":"ESS"}}');
    if (method === 'PUT') {
      this.#news = undefined;
      this.consumed += 1;
      return answer(204);
    }
    if (path.endsWith('/news')) return answer(200, stringifyExactJson(this.#version()));
    this.polls += 1;
    if (this.polls % newsEach === 0) this.#news ??= String(this.polls);
    const news = this.#news === undefined ? [] : [this.#version()];
    return answer(200, stringifyExactJson([...this.#standing, ...news]));
  }

  trust(): void {
    // There are no certificates.
  }

  async close(): Promise<void> {
    // There are no connections.
  }

  #version(): object {
    return metadataOf({ objectID: 'news', instanceID: this.#news ?? '1' });
  }
}

function answer(status: number, text = ''): HttpResponse {
  const body = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(text);
  };
  return { status, headers: {}, body: body(), discard: () => undefined };
}

/**
 * What the heap keeps of a poll, over so many days on virtual time, in a process of its own that may collect its garbage.
 * Prints bytes per poll, how many polls there were, and how many versions were consumed.
 */
async function run(days: number): Promise<void> {
  const clock = new ManualClock();
  const edge = new QuietEdge();
  const client = new SyncServiceClient({ address: 'http://edge' }, { clock, openTransport: () => edge });
  const receiver = client.pollForUpdates('t', { interval, window: 4 });
  const reading = (async () => {
    for await (const { object } of receiver) {
      if (object.objectID === 'news') void receiver.acknowledge(object);
    }
  })();
  const third = async (): Promise<number> => {
    const before = edge.polls;
    await clock.advance((days * 86_400_000) / 3);
    return edge.polls - before;
  };
  const first = await third();
  const bytes = await keptOfEach(third);
  console.log(JSON.stringify({ bytes, polls: edge.polls - first, consumed: edge.consumed }));
  receiver.close();
  await reading;
  await client.close();
}

void run(Number(process.argv[2]));
