import type { QuestionOptions, Requests } from '../connection/requests';
import { isSyncServiceError, SyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';
import type { Paths } from '../objects/paths';

/** States of an object that its sender may still change. */
const changeable = new Set(['notReady', 'ready', 'verifying', 'verificationFailed']);

/**
 * One PUT of an object, which is repeated when its answer is lost. The first try may have arrived and done its work: an
 * object that was consumed meanwhile cannot be changed any more, so the repeated one is refused precisely because the
 * first has succeeded.
 */
export class UnansweredPut {
  #isRepeated = false;
  #hasArrived = false;

  /** @param followsQuestion whether the service was asked something right before it. */
  private constructor(
    private readonly wasChangeable: boolean,
    readonly followsQuestion: boolean,
  ) {}

  /**
   * To be made before the first try. Looks what is there already, for objects that this can happen to: what an ESS has
   * sent, and what a CSS deletes when it was consumed.
   */
  static async of(
    requests: Requests,
    paths: Paths,
    object: ObjectReference & { autodelete?: boolean },
    options: QuestionOptions,
  ): Promise<UnansweredPut> {
    if (paths.kind === 'CSS' && !object.autodelete) return new UnansweredPut(false, false);
    const path = paths.object(object, 'status');
    const wasChangeable = await requests.text(path, options).then(
      (status) => changeable.has(status),
      // An ESS answers a service's credentials with 403 for what is not there.
      (error: unknown) => isSyncServiceError(error, 'SYNC_NOT_FOUND', 'SYNC_UNAUTHORIZED'),
    );
    return new UnansweredPut(wasChangeable, true);
  }

  /** Another PUT of the same object, which follows this one. */
  next(): UnansweredPut {
    return new UnansweredPut(this.wasChangeable, false);
  }

  /** Whether a try was not answered, and may have arrived, if only in part. */
  get isDoubtful(): boolean {
    return this.#isRepeated;
  }

  /** A try was not answered, and another follows. */
  readonly repeated = (): void => {
    this.#isRepeated = true;
  };

  /** The service has taken it; what follows only makes sure. */
  arrived(): void {
    this.#hasArrived = true;
  }

  /**
   * Sends it, or ignores a refusal that shows that it has arrived before.
   *
   * @throws SyncServiceError with what is known of the outcome.
   */
  async send<T>(put: () => Promise<T>): Promise<T | undefined> {
    try {
      return await put();
    } catch (error) {
      if (!isReceivingSide(error)) throw error;
      if (this.#hasArrived || (this.#isRepeated && this.wasChangeable)) return undefined;
      throw this.#isRepeated ? unknownOutcome(error) : error;
    }
  }
}

function isReceivingSide(error: unknown): error is SyncServiceError {
  return isSyncServiceError(error, 'SYNC_REJECTED') && /of the receiving side/.test(error.response ?? '');
}

function unknownOutcome({
  message,
  code,
  statusCode = 400,
  method = '',
  url = '',
  response = '',
}: SyncServiceError): SyncServiceError {
  const told = `${message}. An earlier try was not answered and may have arrived: the outcome is not known`;
  return new SyncServiceError(code, told, { statusCode, method, url, response });
}
