import assert from 'node:assert/strict';
import { type LeftOutUpdate, SyncServiceClient } from '../../../src/client';
import type { LeftOut } from '../../../src/client/connection/list-entry';
import { stringifyExactJson } from '../../../src/protocol/exact-json';
import { bytesInBuffers } from '../../support/memory';
import { metadataOf } from '../../support/metadata';
import { serve } from '../../support/server';
import { until } from '../../support/until';

const one = metadataOf({ objectID: 'one', instanceID: '1795470914231361270' });
const two = metadataOf({ objectID: 'two', instanceID: '1795470914231361271' });

describe('a list of updates', () => {
  const closing: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of closing.splice(0).reverse()) await each.close();
  });
  const client = async (
    answer: Parameters<typeof serve>[0],
    limits: { listEntry?: number; list?: number; json?: number } = {},
  ): Promise<SyncServiceClient> => {
    const server = await serve(answer);
    const made = new SyncServiceClient({
      address: server.address,
      organization: 'demo',
      secret: 'hush',
      key: 'me',
      limits,
    });
    closing.push(server, made);
    return made;
  };
  const list = async (text: string, limits = {}): Promise<{ ids: string[]; left: LeftOut[] }> => {
    const left: LeftOut[] = [];
    const asked = await client((_request, response) => response.end(text), limits);
    const updates = await asked.listUpdates('t', { onLeftOut: (entry) => left.push(entry) });
    return { ids: updates.map(({ objectID }) => objectID), left };
  };

  it('is read in the indent of the service and in any other, each version to its last digit', async () => {
    for (const indent of [2, 0, 4]) {
      const text = stringifyExactJson([one, two], indent);
      const asked = await client((_request, response) => response.end(text));
      assert.deepEqual(await asked.listUpdates('t'), [one, two]);
    }
  });

  it('leaves out what cannot be used, says what, and gives the others', async () => {
    const deep = { ...one, destinationPolicy: JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) };
    const large = { ...one, description: 'x'.repeat(300_000) };
    const other = { ...one, objectType: 'other' };
    const entries = [null, one, 7, deep, large, { ...one, objectID: 5 }, {}, other, two];
    for (const indent of [2, 0]) {
      const { ids, left } = await list(stringifyExactJson(entries, indent), { listEntry: 200_000 });
      assert.deepEqual(ids, ['one', 'two']);
      assert.deepEqual(
        left.map(({ reason }) => reason),
        ['malformed', 'malformed', 'too deep', 'too large', 'malformed', 'malformed', 'malformed'],
      );
      assert.equal(left[0]?.start, 'null');
      assert.ok(left.every(({ start }) => start.length <= 4_096));
    }
    const broken = await list(`[${stringifyExactJson(one)},{"objectID": tru},${stringifyExactJson(two)}]`);
    assert.deepEqual(broken.ids, ['one', 'two']);
  });

  it('is no list where it is something else, or does not end', async () => {
    for (const text of ['<html>hush</html>', '{"a":1}', '[{"objectID":"a"', 'true']) {
      await assert.rejects(list(text), (error: SyncServiceErrorLike) => {
        assert.equal(error.code, 'SYNC_UNEXPECTED_RESPONSE');
        assert.match(error.message, /was not answered with a list \(/);
        assert.doesNotMatch(JSON.stringify([error, error.message, error.response]), /hush/);
        return true;
      });
    }
    assert.deepEqual((await list('null')).ids, []);
  });

  it('is nothing new where the service says 404, and a failure where somebody else does', async () => {
    const empty = await client((_request, response) => response.writeHead(404).end());
    assert.deepEqual(await empty.listUpdates('t'), []);
    const asked = await client((_request, response) => response.writeHead(404).end('404 page not found\n'));
    await assert.rejects(asked.listUpdates('t'), { code: 'SYNC_UNEXPECTED_RESPONSE', statusCode: 404 });
    await assert.rejects(asked.listObjectTypes(), { code: 'SYNC_UNEXPECTED_RESPONSE', statusCode: 404 });
  });

  it('ends where it has no end, and its memory is that of one entry', async () => {
    let written = 0;
    const entry = `\n  {\n    "objectID": "${'x'.repeat(60_000)}"\n  },`;
    const asked = await client(
      (_request, response) => {
        response.write('[');
        const flood = (): void => {
          if (response.destroyed) return;
          written += entry.length;
          if (response.write(entry)) setImmediate(flood);
          else response.once('drain', flood);
        };
        flood();
      },
      { list: 64 * 1_048_576 },
    );
    let left = 0;
    const before = bytesInBuffers();
    let most = 0;
    const onLeftOut = (): void => {
      left += 1;
      if (left % 400 === 0) most = Math.max(most, bytesInBuffers() - before);
    };
    await assert.rejects(asked.listUpdates('t', { onLeftOut }), {
      code: 'SYNC_UNEXPECTED_RESPONSE',
      message: /larger than 67108864 bytes/,
    });
    assert.ok(left > 1_000);
    assert.ok(written < 128 * 1_048_576);
    assert.ok(most > 0 && most < 16 * 1_048_576, `${most} bytes`);
  });

  it('may take as long as it moves, while other answers may not', async () => {
    const text = stringifyExactJson([one], 2);
    const asked = await client((request, response) => {
      if (!request.url?.endsWith('/t')) return;
      let at = 0;
      const drip = setInterval(() => {
        response.write(text.slice(at, at + 300));
        at += 300;
        if (at < text.length) return;
        clearInterval(drip);
        response.end();
      }, 5);
    });
    assert.deepEqual(await asked.listUpdates('t'), [one]);
  });

  it('tells receivers of what was left out once, and gives them the others', async () => {
    let polls = 0;
    const server = await serve((_request, response) => {
      polls += 1;
      response.end(stringifyExactJson([null, one, { ...two, objectID: '' }]));
    });
    const told: LeftOutUpdate[] = [];
    const onLeftOut = (entry: LeftOutUpdate): void => {
      told.push(entry);
      throw new Error('of the application');
    };
    const asked = new SyncServiceClient({ address: server.address, organization: 'demo', onLeftOut });
    closing.push(server, asked);
    const receiver = asked.pollForUpdates('t', { interval: 1 });
    for await (const { object } of receiver) {
      assert.equal(object.objectID, 'one');
      break;
    }
    const again = asked.pollForUpdates('t', { interval: 1 });
    const before = polls;
    await until('it polled again', () => polls > before + 2);
    again.close();
    assert.deepEqual(
      told.map(({ objectType, reason }) => [objectType, reason]),
      [
        ['t', 'malformed'],
        ['t', 'malformed'],
      ],
    );
  });

  it('has a bound for what is no list, too', async () => {
    const endless: Parameters<typeof serve>[0] = (_request, response) => {
      const flood = (): void => {
        if (response.destroyed) return;
        if (response.write('x'.repeat(65_536))) setImmediate(flood);
        else response.once('drain', flood);
      };
      flood();
    };
    const asked = await client(endless, { json: 1_000_000 });
    for (const act of [
      () => asked.getObjectMetadata(one),
      () => asked.getObjectStatus(one),
      () => asked.deleteObject(one),
      () => asked.updateObjectData(one, 'data'),
    ]) {
      await assert.rejects(act(), (error: SyncServiceErrorLike) => error.code?.startsWith('SYNC_') === true);
    }
    const deep = await client((_request, response) => response.end('['.repeat(1_000)));
    await assert.rejects(deep.getObjectMetadata(one), {
      code: 'SYNC_UNEXPECTED_RESPONSE',
      message: /nested too deep/,
    });
  });
});

interface SyncServiceErrorLike extends Error {
  code?: string;
  response?: string;
}
