import { badRequest, done, json, methodNotAllowed, type RestResponse } from '../responses/response';
import { isOwn } from '../responses/wrong-state';
import { requireKnown, requireRole } from './access';
import { flag, type RestRequest } from './request';

/** What the service says of itself, whatever the method. */
export function health(request: RestRequest): RestResponse {
  const { service, query } = request;
  const details = flag(query, 'details') ?? false;
  requireKnown(request);
  const { clientRequests } = service;
  const registeredESS = service.nodeType === 'CSS' ? service.registeredEdges : 0;
  return json({
    general: {
      nodeType: service.nodeType,
      healthStatus: 'green',
      upTime: Math.round(service.upTime / 1_000),
    },
    dbHealth: { dbStatus: 'green', disconnectedFromDB: false, dbReadFailures: 0, dbWriteFailures: 0 },
    ...(details && { usage: { clientRequests, registeredESS, storedObjects: storedObjects(request) } }),
  });
}

/** Those that were published here. */
function storedObjects({ service: { store } }: RestRequest): number {
  return store.organizations().flatMap((organization) => store.all(organization).filter(isOwn)).length;
}

export function resend(request: RestRequest): RestResponse {
  const { service, method } = request;
  requireRole(request, 'syncAdmin', 'admin', 'user');
  if (method !== 'POST') return methodNotAllowed;
  if (service.nodeType === 'CSS') {
    return badRequest("Failed to send resend objects request. Error: CSS can't request to resend objects");
  }
  service.resend();
  return done;
}
