import type { ObjectMetadata } from '../../protocol/metadata';
import type { QuestionOptions, Requests } from '../connection/requests';
import { isSyncServiceError, SyncServiceError } from '../errors';
import { ObjectList } from './listed-object';
import { nameOf, type ObjectReference } from './names';
import { type Paths, query } from './paths';
import { isUpdate } from './update';

/** What is asked of an object, or done to it. */
type Subject = 'metadata' | 'data' | 'other';

/** States of an object whose data is not there (yet), or not to be had. */
const statesWithoutData = new Set([
  'notReady',
  'partiallyreceived',
  'verifying',
  'verificationFailed',
  'receiverVerifying',
  'receiverVerificationFailed',
  'objdeleted',
  'consumedByDest',
]);

/**
 * Whether an object is there. An application may delete what depends on an object that is gone, so that is said only
 * when the service has said it in two ways: one false answer, of a proxy or of a service that starts, is not enough. A
 * service of the other kind, which may have come to the address, says 404 to all of it, so that it is asked for its kind.
 */
export class Presence {
  /** @param checkKind asks the service for its kind; throws where it is the other one. */
  constructor(
    private readonly requests: Requests,
    private readonly paths: Paths,
    private readonly checkKind: () => Promise<void>,
  ) {}

  /**
   * Does what it is given, and finds out what a refusal of it means.
   *
   * @throws SyncServiceError SYNC_NOT_FOUND with what is missing, SYNC_UNEXPECTED_RESPONSE where the service
   *   contradicts itself, or the failure of what was done.
   */
  async about<T>(
    object: ObjectReference,
    subject: Subject,
    options: QuestionOptions,
    act: () => Promise<T>,
  ): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const { lane, signal } = options;
      const asked: QuestionOptions = { ...(lane && { lane }), signal };
      if (this.#isHidden(error)) throw await this.#explained(object, error, asked);
      if (!isSyncServiceError(error, 'SYNC_NOT_FOUND')) throw error;
      const lacks = await this.#lacks(object, subject, asked);
      if (lacks === 'data' || (lacks === 'object' && (await this.#isGone(object, subject, asked))))
        throw absence(error, object, lacks);
    }
    // The service contradicted itself, or the object has just come.
    try {
      return await act();
    } catch (error) {
      throw isSyncServiceError(error, 'SYNC_NOT_FOUND') ? contradiction(error, object) : error;
    }
  }

  /** Asks in another way. */
  async #lacks(
    object: ObjectReference,
    subject: Subject,
    options: QuestionOptions,
  ): Promise<'object' | 'data' | undefined> {
    try {
      if (subject === 'metadata') {
        await this.#status(object, options);
        return undefined;
      }
      const { objectID, objectType } = object;
      const isOfObject = (value: unknown): boolean => isUpdate(value, objectType, objectID);
      const metadata = await this.requests.json<ObjectMetadata>(
        this.paths.object(object),
        options,
        isOfObject,
      );
      if (subject !== 'data') return undefined;
      const { deleted, link, noData } = metadata;
      const without = noData || link || deleted || statesWithoutData.has(await this.#status(object, options));
      return without ? 'data' : undefined;
    } catch (error) {
      if (isSyncServiceError(error, 'SYNC_NOT_FOUND')) return 'object';
      throw this.#isHidden(error) ? await this.#explained(object, error, options) : error;
    }
  }

  /** Whether it is still not there, asked in the third way, once the service is known to be of the right kind. */
  async #isGone(object: ObjectReference, subject: Subject, options: QuestionOptions): Promise<boolean> {
    await this.checkKind();
    const third = subject === 'metadata' ? 'other' : 'metadata';
    return (await this.#lacks(object, third, options)) === 'object';
  }

  #status(object: ObjectReference, options: QuestionOptions): Promise<string> {
    return this.requests.text(this.paths.object(object, 'status'), options);
  }

  #isHidden(error: unknown): error is SyncServiceError {
    return this.paths.kind === 'ESS' && isSyncServiceError(error) && error.statusCode === 403;
  }

  /**
   * An ESS refuses a service's credentials for an object that is gone, or was never theirs, as it refuses wrong ones. The
   * list of the type tells them apart. It is read twice, the second time once the service is known to be of the right kind:
   * a refusal by another service and an earlier list in place of the first one have made an object look gone.
   */
  async #explained(
    object: ObjectReference,
    refused: SyncServiceError,
    options: QuestionOptions,
  ): Promise<unknown> {
    try {
      if (await this.#isListed(object, options)) return refused;
      await this.checkKind();
      return (await this.#isListed(object, options)) ? refused : absence(refused, object, 'object');
    } catch (error) {
      return isSyncServiceError(error, 'SYNC_UNAUTHORIZED') ? refused : error;
    }
  }

  async #isListed({ objectType, objectID }: ObjectReference, options: QuestionOptions): Promise<boolean> {
    const list = new ObjectList(objectType);
    let isListed = false;
    await this.requests.readList(
      `${this.paths.type(objectType)}${query({ received: true })}`,
      { lane: 'question', ...options },
      (entry) => {
        const listed = list.object(entry);
        if (listed?.objectID === objectID && !listed.deleted) isListed = true;
      },
    );
    return isListed;
  }
}

function absence(
  { method = '', url = '', statusCode = 404, response = '' }: SyncServiceError,
  object: ObjectReference,
  missing: 'object' | 'data',
): SyncServiceError {
  const what = missing === 'data' ? 'has no data (yet)' : 'is not there';
  const message = `${method} ${url} was answered with ${statusCode}: ${nameOf(object)} ${what}`;
  return new SyncServiceError('SYNC_NOT_FOUND', message, { statusCode, method, url, response, missing });
}

function contradiction(
  { method = '', url = '' }: SyncServiceError,
  object: ObjectReference,
): SyncServiceError {
  const message = `${method} ${url} was answered with 404 twice, although the service knows ${nameOf(object)}`;
  return new SyncServiceError('SYNC_UNEXPECTED_RESPONSE', message, { statusCode: 404, method, url });
}
