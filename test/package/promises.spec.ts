import assert from 'node:assert/strict';
import * as api from '../../src/client';
import promised from '../fixtures/library-0.1.0.json';

/** What a version has given to applications, the later ones of its major version keep: docs/upgrading.md. */
describe('an application that was written for 0.1.0', () => {
  it('finds all names that the library gave it', () => {
    const { names, errorCodes } = promised;
    assert.deepEqual(
      names.filter((name) => !(name in api)),
      [],
    );
    assert.deepEqual(
      errorCodes.filter((code) => !(api.errorCodes as readonly string[]).includes(code)),
      [],
    );
  });

  it('finds all methods of the client', () => {
    const { fromEnvironment, prototype } = api.SyncServiceClient;
    assert.equal(typeof fromEnvironment, 'function');
    assert.deepEqual(
      promised.client.filter((name) => !(name in prototype)),
      [],
    );
  });
});
