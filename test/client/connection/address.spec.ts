import assert from 'node:assert/strict';
import { SyncServiceClient, type SyncServiceError } from '../../../src/client';
import { parseAddress } from '../../../src/client/connection/address';

describe('an address', () => {
  it('is called by its socket in errors, and no error repeats a megabyte', async () => {
    const client = new SyncServiceClient({ address: 'unix:///nowhere/essapi.sock' });
    await assert.rejects(client.getHealth(), {
      code: 'SYNC_UNREACHABLE',
      message: 'GET unix:///nowhere/essapi.sock:/api/v1/health did not reach the service (ENOENT)',
    });
    await assert.rejects(
      client.getObjectMetadata({ objectType: 't', objectID: 'a b'.repeat(500_000) }),
      (error: Error) => {
        assert.match(error.message, /^The objectID "a ba b.* more characters .*cannot be used: only letters/);
        return error.message.length < 1_100;
      },
    );
    await client.close();
  });

  it('is a URL or a socket', () => {
    assert.deepEqual(parseAddress('https://css.example:9443/edge/'), {
      origin: 'https://css.example:9443',
      name: 'https://css.example:9443/edge',
      prefix: '/edge',
      socketPath: undefined,
    });
    assert.deepEqual(parseAddress('secure-unix:///var/ess.sock'), {
      origin: 'https://localhost',
      name: 'secure-unix:///var/ess.sock:',
      prefix: '',
      socketPath: '/var/ess.sock',
    });
  });

  it('is refused with credentials in it, and they are not repeated', () => {
    assert.throws(
      () => parseAddress('http://me:hush@host'),
      (error: SyncServiceError) => error.code === 'SYNC_INVALID_ARGUMENT' && !error.message.includes('hush'),
    );
  });

  it('is refused with another scheme', () => {
    assert.throws(() => parseAddress('ftp://host'), { code: 'SYNC_INVALID_ARGUMENT' });
  });
});
