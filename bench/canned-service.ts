import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stringifyExactJson } from '../src/protocol/exact-json';
import { metadataOf } from '../test/support/metadata';

/**
 * An edge that answers at once, by the name of the object type:
 * `same-N` lists N objects, always the same; `changing-N` the same with one changed each time; `live-N…` those that were
 * not consumed; `data-N` has an object of N bytes.
 */

const first = '1795470914231361270';
const slice = Buffer.alloc(1_048_576, 'x');
const lists = new Map<string, Buffer>();
const live = new Map<string, Set<string>>();
let changes = 0;

function object(objectType: string, objectID: string, instanceID = first): object {
  const objectSize = dataSizeOf(objectType);
  return metadataOf({ objectType, objectID, instanceID, dataID: instanceID, objectSize });
}

function sizeOf(objectType: string): number {
  return Number(/-(\d+)/.exec(objectType)?.[1] ?? 0);
}

function dataSizeOf(objectType: string): number {
  return objectType.startsWith('data') ? sizeOf(objectType) : 1_024;
}

function listOf(objectType: string): Buffer | undefined {
  const ids = Array.from({ length: sizeOf(objectType) }, (_, index) => `object-${index}`);
  if (objectType.startsWith('live')) {
    const left = live.get(objectType) ?? new Set(ids);
    live.set(objectType, left);
    const objects = Array.from(left, (id) => object(objectType, id));
    return objects.length > 0 ? Buffer.from(stringifyExactJson(objects, 2)) : undefined;
  }
  const list =
    lists.get(objectType) ??
    Buffer.from(
      stringifyExactJson(
        ids.map((id) => object(objectType, id)),
        2,
      ),
    );
  lists.set(objectType, list);
  if (!objectType.startsWith('changing')) return list;
  changes += 1;
  const changed = Buffer.from(list);
  const place = changed.indexOf(first, Math.floor(list.length / 2));
  changed.write(String(BigInt(first) + BigInt(changes)), place, 'latin1');
  return changed;
}

async function sendData(response: ServerResponse, size: number): Promise<void> {
  for (let left = size; left > 0; left -= slice.length) {
    if (response.write(slice.subarray(0, left))) continue;
    await drained(response);
    if (response.destroyed) return;
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?');
  const [objectType = '', objectID, operation] = path.split('/').slice(4);
  request.resume();
  if (path === '/api/v1/health') response.end('{"general":{"nodeType":"ESS"}}');
  else if (request.method === 'PUT') {
    await new Promise((resolve) => request.once('end', resolve));
    if (operation === 'consumed') live.get(objectType)?.delete(objectID ?? '');
    response.writeHead(204).end();
  } else if (objectID === undefined) {
    const list = listOf(objectType);
    if (list) response.end(list);
    else response.writeHead(404).end();
  } else if (operation === 'data') await sendData(response, dataSizeOf(objectType));
  else if (operation === 'status') response.end('ready');
  else response.end(stringifyExactJson(object(objectType, objectID), 2));
}

const server = createServer((request, response) => void answer(request, response));
// As the service: it closes no idle connection, and says nothing of how long it keeps one.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
