import assert from 'node:assert/strict';
import { type ObjectMetadata, SyncServiceError } from '../../../src/client';
import { readObject } from '../../../src/client/objects/listed-object';
import { acknowledgeDirectly } from '../../../src/client/updates/acknowledge-directly';
import type { Acknowledgement } from '../../../src/client/updates/acknowledgement';
import type { UpdateSource } from '../../../src/client/updates/source';
import { ManualClock } from '../../support/manual-clock';
import { metadataOf } from '../../support/metadata';

const timeout = new SyncServiceError('SYNC_TIMEOUT', 'no answer');
const broken = new SyncServiceError('SYNC_UNREACHABLE', 'reset');
/** TLS breaks in the middle as well, when the request was sent long ago. */
const garbled = new SyncServiceError('SYNC_TLS', 'bad record');
const rejected = new SyncServiceError('SYNC_REJECTED', 'no');

/** A service with one object, and what was asked of it. */
function service(answers: {
  metadata?: ObjectMetadata | Error;
  mark?: Error;
  kind?: Error;
  listed?: ObjectMetadata[] | Error;
}): UpdateSource & { asked: string[] } {
  const asked: string[] = [];
  const answer = async <T>(name: string, value: T | Error): Promise<T> => {
    asked.push(name);
    if (value instanceof Error) throw value;
    return value;
  };
  const mark = (name: string) => (): Promise<void> => answer(name, answers.mark ?? undefined);
  return {
    asked,
    checkKind: () => answer('kind', answers.kind),
    getObjectVersion: () => answer('metadata', answers.metadata ?? metadataOf({})),
    readUpdates: async (_type, options, onUpdate) => {
      const listed = await answer(`list ${options.received ?? false}`, answers.listed ?? []);
      for (const each of listed) onUpdate(readObject(each));
    },
    markObjectConsumed: mark('consumed'),
    markObjectReceived: mark('received'),
    markObjectDeleted: mark('deleted'),
  };
}

const acknowledge = (
  source: UpdateSource,
  object: Parameters<typeof acknowledgeDirectly>[2],
  how: Acknowledgement,
  { checkVersion = true, signal = new AbortController().signal } = {},
): ReturnType<typeof acknowledgeDirectly> =>
  acknowledgeDirectly(source, new ManualClock(), object, how, { checkVersion, signal });

const object = metadataOf({});
const newer = metadataOf({ instanceID: '1795470914231361271' });

describe('an acknowledgement of what nobody here has in hand', () => {
  it('goes out once, for the version that was handed out', async () => {
    const source = service({});
    assert.equal(await acknowledge(source, object, 'consumed'), 'consumed');
    assert.deepEqual(source.asked, ['metadata', 'consumed']);
  });

  it('does not go out for a version that differs by 1', async () => {
    const source = service({ metadata: newer });
    assert.equal(await acknowledge(source, object, 'consumed'), 'superseded');
    assert.deepEqual(source.asked, ['metadata']);
  });

  it('goes out for any version where that is wanted, or none is named', async () => {
    assert.equal(
      await acknowledge(service({ metadata: newer }), object, 'received', { checkVersion: false }),
      'received',
    );
    assert.equal(
      await acknowledge(service({ metadata: newer }), { objectType: 't', objectID: 'o' }, 'consumed'),
      'consumed',
    );
  });

  it('is that of the deletion where the object was deleted', async () => {
    const deleted = metadataOf({ deleted: true });
    assert.equal(await acknowledge(service({ metadata: deleted }), deleted, 'consumed'), 'deleted');
    assert.equal(await acknowledge(service({ metadata: deleted }), object, 'consumed'), 'superseded');
  });

  it('is not needed for what is gone', async () => {
    const source = service({ metadata: new SyncServiceError('SYNC_NOT_FOUND', 'gone') });
    assert.equal(await acknowledge(source, object, 'consumed'), 'gone');
  });

  for (const unanswered of [timeout, broken, garbled]) {
    it(`that was not answered (${unanswered.message}) was taken when the object is no longer listed`, async () => {
      const source = service({ mark: unanswered });
      assert.equal(await acknowledge(source, object, 'consumed'), 'consumed');
      assert.deepEqual(source.asked, ['metadata', 'consumed', 'list true', 'kind']);
    });
  }

  it('is not taken, nor gone, by the 404 of a service of the other kind to the list', async () => {
    const kind = new SyncServiceError('SYNC_WRONG_SERVICE_KIND', 'a CSS');
    for (const mark of [timeout, rejected])
      await assert.rejects(acknowledge(service({ mark, kind }), object, 'consumed'), kind);
  });

  it('that was not answered was taken when another version is listed', async () => {
    const source = service({ mark: timeout, listed: [newer] });
    assert.equal(await acknowledge(source, object, 'consumed'), 'consumed');
  });

  it('that was not answered fails when the version is still listed; it is not sent again', async () => {
    const source = service({ mark: timeout, listed: [object] });
    await assert.rejects(acknowledge(source, object, 'consumed'), timeout);
    assert.deepEqual(source.asked, ['metadata', 'consumed', 'list true']);
  });

  it('of an object marked received is looked for among those not received', async () => {
    const source = service({ mark: timeout });
    assert.equal(await acknowledge(source, object, 'received'), 'received');
    assert.deepEqual(source.asked, ['metadata', 'received', 'list false', 'kind']);
  });

  it('that was refused fails where the list still shows the version, and finds it gone or superseded where not', async () => {
    const source = service({ mark: rejected, listed: [object] });
    await assert.rejects(acknowledge(source, object, 'consumed'), rejected);
    assert.deepEqual(source.asked, ['metadata', 'consumed', 'list true']);
    assert.equal(await acknowledge(service({ mark: rejected }), object, 'consumed'), 'gone');
    assert.equal(
      await acknowledge(service({ mark: rejected, listed: [newer] }), object, 'consumed'),
      'superseded',
    );
  });

  it('learns the version from the list where questions on the object hang', async () => {
    const same = service({ metadata: timeout, listed: [object] });
    assert.equal(await acknowledge(same, object, 'consumed'), 'consumed');
    assert.deepEqual(same.asked, ['metadata', 'list true', 'consumed']);
    const other = service({ metadata: timeout, listed: [newer] });
    assert.equal(await acknowledge(other, object, 'consumed'), 'superseded');
    assert.equal(await acknowledge(service({ metadata: timeout }), object, 'consumed'), 'gone');
  });

  it('that the caller aborts is not settled by the list', async () => {
    const source = service({ mark: timeout });
    await assert.rejects(acknowledge(source, object, 'consumed', { signal: AbortSignal.abort() }));
    assert.deepEqual(source.asked, ['metadata', 'consumed']);
  });
});
