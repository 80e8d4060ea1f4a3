import assert from 'node:assert/strict';
import { SyncServiceClient } from '../../../src/client';
import {
  codedError,
  type HttpRequest,
  type HttpResponse,
  NotSentError,
} from '../../../src/client/connection/http';
import { ManualClock } from '../../support/manual-clock';
import { metadataOf } from '../../support/metadata';

const object = metadataOf({ consumers: 2 });

describe('a change whose question for the kind of the service fails', () => {
  /** A service behind a line that can break, or refuse, and the changes that have come as far. */
  const changes: string[] = [];
  let line: 'good' | 'breaks' | 'refuses' = 'good';
  const answer = (status: number, text: string): HttpResponse => {
    async function* body(): AsyncGenerator<Buffer> {
      yield Buffer.from(text);
    }
    return { status, headers: {}, body: body(), discard: () => undefined };
  };
  const request = async ({ lane, method, path }: HttpRequest): Promise<HttpResponse> => {
    if (method !== 'GET') changes.push(`${method} ${path}`);
    const isHealth = path.endsWith('/health');
    if (line === 'refuses' && isHealth) return answer(400, 'no');
    if (line !== 'good' && lane !== 'poll') throw codedError('ECONNRESET', 'reset');
    if (method !== 'GET') return answer(204, '');
    return answer(200, JSON.stringify(isHealth ? { general: { nodeType: 'ESS' } } : [object]));
  };
  const transport = { request, trust: () => undefined, close: () => Promise.resolve() };
  let clock: ManualClock;
  let client: SyncServiceClient;
  beforeEach(() => {
    changes.length = 0;
    line = 'good';
    clock = new ManualClock();
    const seams = { clock, openTransport: () => transport };
    client = new SyncServiceClient({ address: 'http://127.0.0.1:1' }, seams);
  });
  afterEach(() => client.close());

  /** Lets time pass until something has ended. */
  const ended = async <T>(work: Promise<T>): Promise<T> => {
    let hasEnded = false;
    void work
      .catch(() => undefined)
      .finally(() => {
        hasEnded = true;
      });
    while (!hasEnded) await clock.advance(1_000);
    return work;
  };

  for (const fails of ['breaks', 'refuses'] as const) {
    it(`is no acknowledgement that may have arrived or was refused, where the line ${fails}: it is asked for again`, async () => {
      const receiver = client.pollForUpdates('t');
      const acknowledgeOne = async (): Promise<unknown> => {
        for await (const update of receiver) {
          line = fails;
          // Another request finds nobody, so that the kind is to be asked for again.
          await assert.rejects(client.getObjectStatus(object), { code: 'SYNC_UNREACHABLE' });
          const onWait = (): void => {
            line = 'good';
          };
          return receiver.acknowledge(update.object, 'consumed', { checkVersion: false, onWait });
        }
        return undefined;
      };
      assert.equal(await ended(acknowledgeOne()), 'consumed');
      assert.deepEqual(changes, ['PUT /api/v1/objects/t/o/consumed']);
    });
  }
});

describe('an acknowledgement whose line breaks when there is another identity by now', () => {
  for (const [when, isSent] of [
    ['before it was sent', false],
    ['behind it', true],
  ] as const) {
    it(`is sent ${isSent ? 'once' : 'by that one'}, where TLS fails ${when}`, async () => {
      const sent: string[] = [];
      let secret = 'old';
      const body = async function* (text: string): AsyncGenerator<Buffer> {
        yield Buffer.from(text);
      };
      const request = async ({ headers, method, path }: HttpRequest): Promise<HttpResponse> => {
        const answer = { status: 204, headers: {}, discard: () => undefined };
        if (path.endsWith('/health'))
          return { ...answer, status: 200, body: body('{"general":{"nodeType":"ESS"}}') };
        if (method === 'GET') return { ...answer, status: 200, body: body(JSON.stringify([object])) };
        const isOld = headers.authorization === `Basic ${Buffer.from('key:old').toString('base64')}`;
        secret = 'new';
        if (!isOld || isSent) sent.push(path);
        if (!isOld) return { ...answer, body: body('') };
        const error = codedError('ERR_SSL_BAD_RECORD_MAC', 'bad record');
        throw isSent ? error : new NotSentError(error.code ?? '', error.message, error);
      };
      const transport = { request, trust: () => undefined, close: () => Promise.resolve() };
      const client = new SyncServiceClient(
        { address: 'http://127.0.0.1:1' },
        { openTransport: () => transport, readIdentity: () => ({ key: 'key', secret, ca: '' }) },
      );
      await client.markObjectConsumed(object).catch(() => undefined);
      await client.close();
      assert.deepEqual(sent, ['/api/v1/objects/t/o/consumed']);
    });
  }
});
