import { isFromIntermediary } from '../connection/failures';

/** What caused a failure: the flow or its data, the service or the connection, or that the version is gone. */
export type Fault = 'flow' | 'service' | 'version';

const ofService: ReadonlySet<unknown> = new Set([
  'SYNC_UNREACHABLE',
  'SYNC_TLS',
  'SYNC_TIMEOUT',
  'SYNC_UNAUTHORIZED',
  'SYNC_BUSY',
  'SYNC_SERVER_ERROR',
  'SYNC_UNEXPECTED_RESPONSE',
  'SYNC_WRONG_SERVICE_KIND',
  'SYNC_INCOMPLETE_DATA',
  'SYNC_ENVIRONMENT',
  'SYNC_ABORTED',
  'SYNC_CLOSED',
]);

const ofVersion: ReadonlySet<unknown> = new Set(['SYNC_SUPERSEDED', 'SYNC_NOT_FOUND']);

/** Decides by the error's code: nodes have error classes of their own with the same codes. */
export function faultOf(error: unknown): Fault {
  const { code, response, statusCode } = (error ?? {}) as Record<string, unknown>;
  if (ofService.has(code) || isFromIntermediary({ response, statusCode })) return 'service';
  return ofVersion.has(code) ? 'version' : 'flow';
}
