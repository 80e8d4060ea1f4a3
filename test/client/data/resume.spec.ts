import assert from 'node:assert/strict';
import { SyncServiceClient, SyncServiceError } from '../../../src/client';
import type { ByteRange } from '../../../src/client/connection/requests';
import { type ResumableData, resumed } from '../../../src/client/data/resume';
import { metadataOf } from '../../support/metadata';
import { serve } from '../../support/server';

const cut = new SyncServiceError('SYNC_UNREACHABLE', 'cut');
const text = 'abcdefghijklmnopqrstuvwxyz';

async function* upTo(data: string, end: number, failure: Error | undefined): AsyncGenerator<Buffer> {
  if (end > 0) yield Buffer.from(data.slice(0, end));
  if (failure) throw failure;
}

/** A download whose pieces are `ends`: how far each attempt comes. */
function data(ends: number[], changes: Partial<ResumableData> = {}): ResumableData & { asked: ByteRange[] } {
  const asked: ByteRange[] = [];
  const attempt = (from: string): AsyncIterable<Buffer> => {
    const end = ends.shift();
    return end === undefined ? upTo(from, from.length, undefined) : upTo(from, end, cut);
  };
  return {
    asked,
    size: text.length,
    start: 0,
    whole: () => attempt(text),
    range(range) {
      asked.push(range);
      return attempt(text.slice(range.first, range.last + 1));
    },
    checkVersion: async () => undefined,
    opened: async () => undefined,
    pause: async () => undefined,
    ...changes,
  };
}

async function read(source: ResumableData): Promise<string> {
  let read = '';
  for await (const piece of resumed(source)) read += piece.toString();
  return read;
}

describe('a download that is cut', () => {
  it('goes on where it stopped, with closed ranges within the size', async () => {
    const source = data([10, 5]);
    assert.equal(await read(source), text);
    assert.deepEqual(source.asked, [
      { first: 10, last: 25, size: 26 },
      { first: 15, last: 25, size: 26 },
    ]);
  });

  it('asks for no more at a time than the service likes to hold in memory', async () => {
    const size = 6_000_000;
    const ranges: ByteRange[] = [];
    const source: ResumableData = {
      ...data([]),
      size,
      whole: () => upTo('x', 1, cut),
      async *range(range) {
        ranges.push(range);
        yield Buffer.alloc(range.last - range.first + 1);
      },
    };
    for await (const _ of resumed(source));
    assert.deepEqual(ranges, [
      { first: 1, last: 5_242_880, size },
      { first: 5_242_881, last: size - 1, size },
    ]);
  });

  it('does not mix versions', async () => {
    const superseded = new SyncServiceError('SYNC_SUPERSEDED', 'changed');
    const source = data([10], { checkVersion: () => Promise.reject(superseded) });
    await assert.rejects(read(source), superseded);
    assert.deepEqual(source.asked, []);
  });

  it('goes on where a range ends early and well-formed', async () => {
    const source = data([10]);
    const { range } = source;
    let first = true;
    source.range = (asked) => {
      const short = first && upTo(text.slice(asked.first), 5, undefined);
      first = false;
      return short || range(asked);
    };
    assert.equal(await read(source), text);
    assert.deepEqual(source.asked, [{ first: 15, last: 25, size: 26 }]);
  });

  it('gives up on ranges that bring nothing', async () => {
    const source = data([10], { range: () => upTo('', 0, undefined) });
    await assert.rejects(read(source), { code: 'SYNC_INCOMPLETE_DATA' });
  });

  it('skips what it has where another range is answered than was asked for', async () => {
    const metadata = metadataOf({ objectSize: text.length });
    let count = 0;
    const server = await serve((request, response) => {
      const { range } = request.headers;
      if (!request.url?.endsWith('/data')) {
        response.end(JSON.stringify(metadata).replace(/"(\d{19})"/g, '$1'));
      } else if (range !== undefined) {
        response.writeHead(206, { 'content-range': `bytes 0-15/${text.length}` }).end(text.slice(0, 16));
      } else if (count++ === 0) {
        response.write(text.slice(0, 10));
        setTimeout(() => request.socket.resetAndDestroy(), 20);
      } else response.end(text);
    });
    const client = new SyncServiceClient({ address: server.address, organization: 'demo' });
    assert.equal(String(await client.fetchObjectData(metadata)), text);
    assert.equal(count, 2);
    await client.close();
    await server.close();
  });

  it('can be aborted while it pauses', async () => {
    const stop = new AbortController();
    const metadata = metadataOf({ objectSize: text.length });
    const server = await serve((request, response) => {
      if (!request.url?.endsWith('/data')) {
        response.end(JSON.stringify(metadata).replace(/"(\d{19})"/g, '$1'));
        return;
      }
      response.write(text.slice(0, 10));
      setTimeout(() => {
        request.socket.resetAndDestroy();
        setTimeout(() => stop.abort(), 20);
      }, 20);
    });
    const client = new SyncServiceClient({ address: server.address, organization: 'demo' });
    await assert.rejects(client.fetchObjectData(metadata, { signal: stop.signal }), { code: 'SYNC_ABORTED' });
    await client.close();
    await server.close();
  });

  it('skips what it has where ranges are refused', async () => {
    const refused = new SyncServiceError('SYNC_UNEXPECTED_RESPONSE', '200');
    const source = data([10], { range: () => upTo('', 0, refused) });
    assert.equal(await read(source), text);
  });

  it('skips what it has where the size is not known', async () => {
    const source = data([10], { size: undefined });
    assert.equal(await read(source), text);
    assert.deepEqual(source.asked, []);
  });

  it('goes on behind what is here already, and not at all where that is all', async () => {
    const source = data([], { start: 20 });
    assert.equal(await read(source), 'uvwxyz');
    assert.deepEqual(source.asked, [{ first: 20, last: 25, size: 26 }]);
    const whole = data([], { start: 26 });
    assert.equal(await read(whole), '');
    assert.deepEqual(whole.asked, []);
    const superseded = new SyncServiceError('SYNC_SUPERSEDED', 'changed');
    await assert.rejects(
      read(data([], { start: 20, checkVersion: () => Promise.reject(superseded) })),
      superseded,
    );
  });

  it('waits for a place where the service has none for ranges: that is no attempt, but ends', async () => {
    const busy = new SyncServiceError('SYNC_BUSY', '429');
    const pauses: number[] = [];
    const waiting = (times: number): ResumableData => {
      const source = data([10]);
      const { range } = source;
      source.range = (asked) => (pauses.length < times ? upTo('', 0, busy) : range(asked));
      source.pause = async (attempt) => void pauses.push(attempt);
      return source;
    };
    assert.equal(await read(waiting(12)), text);
    assert.deepEqual(pauses.slice(1), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    pauses.length = 0;
    await assert.rejects(read(waiting(14)), busy);
  });

  it('gives up after four attempts that bring nothing, and pauses longer before each', async () => {
    const pauses: number[] = [];
    const source = data([10, 0, 0, 0, 0, 0], {
      pause: async (attempt) => {
        pauses.push(attempt);
      },
    });
    await assert.rejects(read(source), cut);
    assert.deepEqual(pauses, [1, 2, 3]);
  });

  it('gives up after a hundred attempts, however little each brings', async () => {
    const tiny = 'x'.repeat(1000);
    let count = 0;
    const source: ResumableData = {
      ...data([]),
      size: tiny.length,
      whole: () => upTo(tiny, 1, cut),
      range: () => {
        count += 1;
        return upTo('x', 1, cut);
      },
    };
    await assert.rejects(read(source), cut);
    assert.equal(count, 99);
  });

  it('fails at once before the first byte, and with what is no cut', async () => {
    await assert.rejects(read(data([0, 26])), cut);
    const gone = new SyncServiceError('SYNC_NOT_FOUND', 'gone');
    const source = data([], { whole: () => upTo(text, 5, gone) });
    await assert.rejects(read(source), gone);
  });

  it('is whole over a socket that breaks in the middle', async () => {
    const whole = Buffer.alloc(300_000, text);
    const metadata = metadataOf({ objectSize: whole.length });
    const asked: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      if (!request.url?.endsWith('/data')) {
        response.end(JSON.stringify(metadata).replace(/"(\d{19})"/g, '$1'));
        return;
      }
      const { range } = request.headers;
      asked.push(range);
      if (range === undefined) {
        response.write(whole.subarray(0, 100_000));
        setTimeout(() => request.socket.resetAndDestroy(), 20);
        return;
      }
      const [, first = 0, last = 0] = (/bytes=(\d+)-(\d+)/.exec(range) ?? []).map(Number);
      const headers = { 'content-range': `bytes ${first}-${last}/${whole.length}` };
      response.writeHead(206, headers).end(whole.subarray(first, last + 1));
    });
    const client = new SyncServiceClient({ address: server.address, organization: 'demo' });
    const fetched = await client.fetchObjectData(metadata);
    await client.close();
    await server.close();
    assert.ok(fetched.equals(whole));
    assert.equal(asked.length, 2);
    assert.match(String(asked[1]), /^bytes=[1-9]\d*-299999$/);
  });

  it('is fetched again when it ends with an error text, and streams to whoever reads it', async () => {
    const metadata = metadataOf({ objectSize: 5 });
    let count = 0;
    const server = await serve((request, response) => {
      if (!request.url?.endsWith('/data')) {
        response.end(JSON.stringify(metadata).replace(/"(\d{19})"/g, '$1'));
        return;
      }
      count += 1;
      response.end(count === 1 ? 'heFailed to read' : 'hello');
    });
    const client = new SyncServiceClient({ address: server.address, organization: 'demo' });
    assert.equal(String(await client.fetchObjectData(metadata)), 'hello');
    const pieces: Buffer[] = [];
    for await (const piece of client.fetchObjectDataAsStream(metadata)) pieces.push(piece);
    assert.equal(String(Buffer.concat(pieces)), 'hello');
    count = 0;
    await assert.rejects(
      async () => {
        for await (const _ of client.fetchObjectDataAsStream(metadata));
      },
      { code: 'SYNC_INCOMPLETE_DATA' },
    );
    await client.close();
    await server.close();
  });
});
