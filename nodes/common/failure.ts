import { isSyncServiceError } from '../../src/client';
import { shortened } from '../../src/system/shortened';
import type { Text } from './text';

/** What a flow can read of a failure in `msg.error.cause`: plain data, no credentials, no sockets. */
export interface FailureCause {
  /** The code of the failure itself: Node-RED 4.0 hands Catch nodes a cause, but no code. */
  kind?: string;
  statusCode?: number;
  method?: string;
  url?: string;
  response?: string;
  /** The code of what lies beneath, such as ECONNREFUSED. */
  code?: string;
}

/**
 * An error in the form that a node passes to `done`. Node-RED gives Catch nodes its text, its own property `code`
 * and its own property `cause`, and nothing else.
 */
export class NodeFailure extends Error {
  /** Empty, so that `msg.error.message` is the message and not "NodeFailure: " and the message. */
  override readonly name = '';
  readonly code: string;
  override readonly cause: FailureCause;
  readonly #text: Text | undefined;

  /** @param text what a status says of it, where the code alone says too little. */
  constructor(code: string, message: string, cause: FailureCause = {}, text?: Text) {
    super(shortened(message));
    this.code = code;
    this.cause = { kind: code, ...cause };
    this.#text = text;
  }

  get text(): Text | undefined {
    return this.#text;
  }
}

/** A failure that the log has: no Catch node would hear of it any more. */
export class LoggedFailure extends NodeFailure {}

/** The text for a thrown value that throws when it is read: a flow may put such a value into a message. */
const unreadable = 'Something was thrown that cannot be read';

/** The failure of a node whose sync-service is not there: a later deploy may bring it. */
export class AbsentService extends NodeFailure {
  /** @param hasCome whether it is there by now. */
  constructor(
    message: string,
    text: Text,
    readonly hasCome: () => boolean,
  ) {
    super('SYNC_INVALID_ARGUMENT', message, {}, text);
  }
}

/** The failure with what a status says of it, where it says nothing itself. */
export function withText(thrown: unknown, text: Text): unknown {
  if (!(thrown instanceof NodeFailure) || thrown.text) return thrown;
  return new NodeFailure(thrown.code, thrown.message, thrown.cause, text);
}

/** Turns whatever was thrown into an error for `done`. What is no error of the service keeps its own code. */
export function toNodeFailure(thrown: unknown): NodeFailure {
  try {
    return failureOf(thrown);
  } catch {
    return new NodeFailure('SYNC_NODE_ERROR', unreadable);
  }
}

function failureOf(thrown: unknown): NodeFailure {
  if (thrown instanceof NodeFailure) return thrown;
  if (isSyncServiceError(thrown)) {
    return new NodeFailure(thrown.code, thrown.message, {
      ...(thrown.statusCode !== undefined && { statusCode: thrown.statusCode }),
      ...(thrown.method !== undefined && { method: thrown.method }),
      ...(thrown.url !== undefined && { url: thrown.url }),
      ...(thrown.response !== undefined && { response: thrown.response }),
      ...codeOf(thrown.cause),
    });
  }
  const { code } = codeOf(thrown);
  return new NodeFailure(code ?? 'SYNC_NODE_ERROR', textOf(thrown));
}

function codeOf(thrown: unknown): { code?: string } {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return {};
  return typeof thrown.code === 'string' ? { code: thrown.code } : {};
}

/** The message of what was thrown. JSONata throws plain objects. */
export function textOf(thrown: unknown): string {
  try {
    if (typeof thrown !== 'object' || thrown === null || !('message' in thrown)) return String(thrown);
    return String(thrown.message);
  } catch {
    return unreadable;
  }
}

/**
 * A failure of what the flow or the dialog says: nothing was sent.
 *
 * @param text what a status says of it.
 */
export function invalidInput(message: string, text?: Text): NodeFailure {
  return new NodeFailure('SYNC_INVALID_ARGUMENT', message, {}, text);
}
