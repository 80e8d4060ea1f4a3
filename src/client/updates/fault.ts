import { isFromIntermediary } from '../connection/failures';

/** Who caused a failure: the flow or the data, the service or the line, or that the version is no longer there. */
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

/** Tells it by the code of the error: nodes have errors of their own with the same codes. */
export function faultOf(error: unknown): Fault {
  const { code, response, statusCode } = (error ?? {}) as Record<string, unknown>;
  if (ofService.has(code) || isFromIntermediary({ response, statusCode })) return 'service';
  return ofVersion.has(code) ? 'version' : 'flow';
}
