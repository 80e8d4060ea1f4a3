import assert from 'node:assert/strict';
import { LocalService } from '../../src/local-service';

const put = (meta: object, data?: string): string =>
  JSON.stringify({ meta, ...(data !== undefined && { data }) });
const name = { objectID: 'b1', objectType: 't2' };

/** Recorded from the real service, named as there: method, path, user, body, status, text. */
const recorded: [string, string, string, string | null, string | undefined, number, string][] = [
  ['health.css.noauth', 'GET', 'health', null, undefined, 403, 'Unauthorized'],
  ['unknown.css.path', 'GET', 'nope', 'admin@myorg', undefined, 404, '404 page not found\n'],
  ['rt.ess.list.before', 'GET', 'objects/myorg/c1', 'admin@myorg', undefined, 404, ''],
  ['auth.css.put.none', 'PUT', 'objects/myorg/t2/b1', null, put(name), 403, 'Unauthorized'],
  [
    'auth.css.put.none.badjson',
    'PUT',
    'objects/myorg/t2/b1',
    null,
    '{',
    400,
    'Invalid JSON for update. Error: unexpected EOF\n',
  ],
  [
    'bad.json.empty',
    'PUT',
    'objects/myorg/t2/b1',
    'admin@myorg',
    '',
    400,
    'Invalid JSON for update. Error: EOF\n',
  ],
  [
    'bad.json.no-meta',
    'PUT',
    'objects/myorg/t2/b1',
    'admin@myorg',
    '{}',
    400,
    "Object's meta data does not contain object's ID\n",
  ],
  [
    'bad.mismatch.id',
    'PUT',
    'objects/myorg/t2/b1',
    'admin@myorg',
    put({ ...name, objectID: 'zz' }),
    400,
    "Object ID (b1) in the URL doesn't match the object-id (zz) in the payload\n",
  ],
  [
    'bad.mismatch.type',
    'PUT',
    'objects/myorg/t2/b1',
    'admin@myorg',
    put({ ...name, objectType: 'zz' }),
    400,
    "Object type (t2) in the URL doesn't match the object-type (zz) in the payload\n",
  ],
  [
    'put.data-not-base64',
    'PUT',
    'objects/myorg/t2/b1',
    'admin@myorg',
    put(name, '***'),
    400,
    'Invalid JSON for update. Error: illegal base64 data at input byte 0\n',
  ],
  [
    'put.metaOnly+data',
    'PUT',
    'objects/myorg/t2/b1',
    'admin@myorg',
    put({ ...name, metaOnly: true }, 'eA=='),
    400,
    "Can't update data if MetaOnly is true\n",
  ],
  [
    'bad.destID-without-type',
    'PUT',
    'objects/myorg/t2/b1',
    'admin@myorg',
    put({ ...name, destinationID: 'edge1' }),
    400,
    "Destination ID provided without destination type in object's meta data\n",
  ],
  [
    'bad.list+type',
    'PUT',
    'objects/myorg/t2/b1',
    'admin@myorg',
    put({ ...name, destinationType: 'gateway', destinationsList: ['gateway:edge1'] }),
    400,
    'Both destinations list and destination type are specified\n',
  ],
  [
    'bad.list-entry-nocolon',
    'PUT',
    'objects/myorg/t2/b1',
    'admin@myorg',
    put({ ...name, destinationsList: ['edge1'] }),
    400,
    'Invalid destination edge1\n',
  ],
  [
    'bad.list-entry-unknown',
    'PUT',
    'objects/myorg/t2/b1',
    'admin@myorg',
    put({ ...name, destinationsList: ['gateway:ghost'] }),
    500,
    'Failed to find destination gateway:ghost\n',
  ],
  [
    'bad.deleted-flag',
    'PUT',
    'objects/myorg/t2/b1',
    'admin@myorg',
    put({ ...name, deleted: true }),
    400,
    'Object marked as deleted\n',
  ],
  [
    'bad.name.id.space',
    'PUT',
    'objects/myorg/t2/a%20b',
    'admin@myorg',
    put({ ...name, objectID: 'a b' }),
    400,
    'object ID (a b) contains invalid characters\n',
  ],
  [
    'bad.name.id.lt',
    'PUT',
    'objects/myorg/t2/a%3Cb',
    'admin@myorg',
    put({ ...name, objectID: 'a<b' }),
    400,
    'object ID (a&lt;b) contains invalid characters\n',
  ],
  [
    'bad.name.type',
    'GET',
    'objects/myorg/a%20b/x',
    'admin@myorg',
    undefined,
    400,
    'object Type (a b) contains invalid characters\n',
  ],
  [
    'op.consumed.sender',
    'PUT',
    'objects/myorg/t1/o1/consumed',
    'admin@myorg',
    undefined,
    400,
    'Failed to mark the object as consumed. Error: Invalid attempt to mark object in status ready as consumed\n\n',
  ],
  [
    'op.received.unknown',
    'PUT',
    'objects/myorg/t1/nosuch/received',
    'admin@myorg',
    undefined,
    400,
    'Failed to mark the object as received. Error: Failed to find object to mark as received\n',
  ],
  [
    'op.deleted.sender',
    'PUT',
    'objects/myorg/t1/o1/deleted',
    'admin@myorg',
    undefined,
    400,
    "Failed to confirm object's deletion. Error: Invalid attempt to confirm deletion of object with empty lastRemovedPolicyServices list\n\n",
  ],
  [
    'op.deleted.unknown',
    'PUT',
    'objects/myorg/t1/nosuch/deleted',
    'admin@myorg',
    undefined,
    400,
    "Failed to confirm object's deletion. Error: Failed to find object to confirm deletion\n",
  ],
  [
    'op.activate.unknown',
    'PUT',
    'objects/myorg/t1/nosuch/activate',
    'admin@myorg',
    undefined,
    400,
    'Failed to mark the object as active. Error: Object not found\n',
  ],
  ['op.activate.active', 'PUT', 'objects/myorg/t1/o1/activate', 'admin@myorg', undefined, 204, ''],
  ['delete.unknown', 'DELETE', 'objects/myorg/t1/nosuch', 'admin@myorg', undefined, 404, ''],
];

describe('the local service answers as the real one was recorded:', () => {
  let service: LocalService;

  const ask = async (
    method: string,
    path: string,
    user: string | null,
    body?: string,
  ): Promise<[number, string]> => {
    const authorization =
      user === null ? {} : { authorization: `Basic ${Buffer.from(`${user}:x`).toString('base64')}` };
    const url = `${service.cloud.address}/api/v1/${path}`;
    const response = await fetch(url, {
      method,
      headers: authorization,
      ...(body !== undefined && { body }),
    });
    return [response.status, await response.text()];
  };

  before(async () => {
    service = await LocalService.start();
    await ask('PUT', 'objects/myorg/t1/o1', 'admin@myorg', put({ objectID: 'o1', objectType: 't1' }, 'eA=='));
  });
  after(() => service.stop());

  for (const [record, method, path, user, body, status, text] of recorded) {
    it(record, async () => assert.deepEqual(await ask(method, path, user, body), [status, text]));
  }
});
