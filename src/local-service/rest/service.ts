import {
  badRequest,
  done,
  json,
  methodNotAllowed,
  type RestResponse,
  unauthorized,
} from '../responses/response';
import { requireKnown } from './access';
import { flag, type RestRequest } from './request';

/** What the service says of itself, whatever the method. */
export function health(request: RestRequest): RestResponse {
  const { service, query } = request;
  requireKnown(request);
  const details = flag(query, 'details') ?? false;
  const registeredESS = service.nodeType === 'CSS' ? service.registeredEdges : 0;
  return json({
    general: {
      nodeType: service.nodeType,
      healthStatus: 'green',
      upTime: Math.round(service.upTime / 1_000),
    },
    dbHealth: { dbStatus: 'green', disconnectedFromDB: false, dbReadFailures: 0, dbWriteFailures: 0 },
    ...(details && { usage: { clientRequests: 0, registeredESS, storedObjects: service.store.size } }),
  });
}

export function resend(request: RestRequest): RestResponse {
  const { service, method } = request;
  const caller = requireKnown(request);
  if (caller.role === 'service') throw unauthorized;
  if (method !== 'POST') return methodNotAllowed;
  if (service.nodeType === 'CSS') {
    return badRequest("Failed to send resend objects request. Error: CSS can't request to resend objects");
  }
  service.resend();
  return done;
}

/** The local service stops with its program: the answer is as the real one's, and nothing more happens. */
export function shutDown(request: RestRequest): RestResponse {
  if (requireKnown(request).role !== 'syncAdmin') throw unauthorized;
  return request.method === 'POST' ? done : methodNotAllowed;
}
