import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { WebSocket } from 'undici';
import { press, type Sight } from '../support/examples';
import { until } from '../support/until';

const nodes = resolve(__dirname, '../../nodes');
/** An example may wait for two edges, or for an attempt that comes later. */
const patience = 60_000;

interface Told {
  topic: string;
  data: { text?: string; msg?: unknown };
}

/** What Node-RED tells its editors: the status of each node, and what debug nodes show. */
export class Comms implements Sight {
  readonly #socket: WebSocket;
  /** What each node has shown since a button was pressed, and what it showed then. */
  readonly #statuses = new Map<string, string[]>();
  readonly #debugged: string[] = [];
  readonly #texts = englishTexts();

  private constructor(private readonly url: string) {
    this.#socket = new WebSocket(`${url.replace(/^http/, 'ws')}/comms`);
    this.#socket.addEventListener('message', ({ data }) => this.#hear(JSON.parse(String(data)) as Told[]));
  }

  static async open(url: string): Promise<Comms> {
    const comms = new Comms(url);
    await new Promise((opened, failed) => {
      comms.#socket.addEventListener('open', opened);
      comms.#socket.addEventListener('error', failed);
    });
    for (const topic of ['status/#', 'debug']) comms.#socket.send(JSON.stringify({ subscribe: topic }));
    return comms;
  }

  press(id: string): Promise<void> {
    for (const [node, shown] of this.#statuses) this.#statuses.set(node, shown.slice(-1));
    return press(this.url, id);
  }

  /** Also what it showed for a moment only. */
  async see(id: string, status: RegExp): Promise<void> {
    const shown = (): string[] => this.#statuses.get(id) ?? [];
    const seen = until(`${id} shows ${status}`, () => shown().some((text) => status.test(text)), patience);
    await seen.catch((error: Error) => {
      throw new Error(`${error.message}; it showed ${shown().join(', ')}`);
    });
  }

  async shows(id: string, status: RegExp): Promise<boolean> {
    return status.test(this.#statuses.get(id)?.at(-1) ?? '');
  }

  async read(text: RegExp): Promise<void> {
    await until(`${text} is debugged`, () => this.#debugged.some((message) => text.test(message)), patience);
  }

  close(): void {
    this.#socket.close();
  }

  #hear(told: Told[] | Told): void {
    for (const { topic, data } of [told].flat()) {
      if (topic === 'debug') this.#debugged.push(JSON.stringify(data.msg));
      if (!topic?.startsWith('status/')) continue;
      const id = topic.slice('status/'.length);
      this.#statuses.set(id, [...(this.#statuses.get(id) ?? []), this.#text(data)]);
    }
  }

  /** What the editor makes of a status: a key of a catalogue is its text. */
  #text({ text = '' }: Told['data']): string {
    return this.#texts.get(text.replace(/^@edge-sync\/node-red\/[^:]*:/, '')) ?? text;
  }
}

function englishTexts(): Map<string, string> {
  const texts = new Map<string, string>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'string') texts.set(path, value);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) visit(inner, path ? `${path}.${name}` : name);
    }
  };
  for (const type of readdirSync(nodes).filter((name) => name.startsWith('sync-'))) {
    visit(JSON.parse(readFileSync(join(nodes, type, 'locales/en-US', `${type}.json`), 'utf8')), '');
  }
  return texts;
}
