import assert from 'node:assert/strict';
import { constants, createSign } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { SyncServiceClient } from '../../../src/client';
import { stringifyExactJson } from '../../../src/protocol/exact-json';
import type { ObjectMetadata } from '../../../src/protocol/metadata';
import { rsa } from '../../support/keys';
import { metadataOf } from '../../support/metadata';
import { serve } from '../../support/server';

const [v1, v2] = ['1795470914231361270', '1795470914231361271'];
const object = metadataOf({ objectType: 't', instanceID: v1, dataID: v1, objectSize: 5 });
const { privateKey, publicKey } = rsa;
const signed: ObjectMetadata = {
  ...object,
  hashAlgorithm: 'SHA256',
  publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  signature: createSign('sha256')
    .update('hello')
    .sign({ key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }, 'base64'),
};

describe('data that fits into memory', () => {
  const closing: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of closing.splice(0).reverse()) await each.close();
  });
  /** What a client fetches, and how often it asked which version is there. */
  const fetch = async (
    answer: (response: ServerResponse) => void,
    asked = object,
    current = asked,
  ): Promise<{ data: string; questions: number }> => {
    let questions = 0;
    const server = await serve((request, response) => {
      if (request.url?.endsWith('/data')) return answer(response);
      questions += 1;
      response.end(stringifyExactJson(current, 2));
    });
    const client = new SyncServiceClient({
      address: server.address,
      organization: 'demo',
      key: 'me',
      secret: 'x',
    });
    closing.push(server, client);
    return { data: String(await client.fetchObjectData(asked)), questions };
  };
  const inTwo = (response: ServerResponse): void => {
    response.write('he');
    setImmediate(() => response.end('llo'));
  };

  it('is whole, and of the version that is there', async () => {
    assert.deepEqual(await fetch(inTwo), { data: 'hello', questions: 1 });
    await assert.rejects(fetch(inTwo, object, { ...object, dataID: v2 }), { code: 'SYNC_SUPERSEDED' });
    await assert.rejects(
      fetch((response) => response.end('hell')),
      { code: 'SYNC_INCOMPLETE_DATA' },
    );
    await assert.rejects(
      fetch((response) => response.end('hello!')),
      { code: 'SYNC_INCOMPLETE_DATA' },
    );
  });

  it('needs no question where it fits its signature', async () => {
    assert.deepEqual(await fetch(inTwo, signed), { data: 'hello', questions: 0 });
    await assert.rejects(
      fetch((response) => response.end('jello'), signed),
      { code: 'SYNC_SIGNATURE_INVALID' },
    );
    const newer = { ...signed, dataID: v2 };
    await assert.rejects(
      fetch((response) => response.end('jello'), signed, newer),
      { code: 'SYNC_SUPERSEDED' },
    );
  });

  it('is superseded where much more is there than was, whether its length is said or not', async () => {
    const much = Buffer.alloc(3_000_000, 'x');
    const newer = { ...object, dataID: v2 };
    const said = (response: ServerResponse): void => {
      response.end(much);
    };
    const unsaid = (response: ServerResponse): void => {
      response.write(much);
      response.end();
    };
    for (const answer of [said, unsaid]) {
      await assert.rejects(fetch(answer, object, newer), { code: 'SYNC_SUPERSEDED' });
      await assert.rejects(fetch(answer, object), { code: 'SYNC_INCOMPLETE_DATA' });
    }
  });
});
