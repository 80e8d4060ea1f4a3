import { type Answer, badRequest, done, json, methodNotAllowed, unauthorized } from '../answer';
import { requireKnown } from './access';
import { type Asked, flag } from './asked';

/** What the service says of itself, whatever the method. */
export function health(asked: Asked): Answer {
  const { service, query } = asked;
  requireKnown(asked);
  const details = flag(query, 'details') ?? false;
  const registeredESS = service.nodeType === 'CSS' ? service.registeredEdges : 0;
  return json({
    general: { nodeType: service.nodeType, healthStatus: 'green', upTime: Math.round(process.uptime()) },
    dbHealth: { dbStatus: 'green', disconnectedFromDB: false, dbReadFailures: 0, dbWriteFailures: 0 },
    ...(details && { usage: { clientRequests: 0, registeredESS, storedObjects: service.store.size } }),
  });
}

export function resend(asked: Asked): Answer {
  const { service, method } = asked;
  const caller = requireKnown(asked);
  if (caller.role === 'service') throw unauthorized;
  if (method !== 'POST') return methodNotAllowed;
  if (service.nodeType === 'CSS') {
    return badRequest("Failed to send resend objects request. Error: CSS can't request to resend objects");
  }
  service.resend();
  return done;
}

/** The local service stops with its program: the answer is as the real one's, and nothing more happens. */
export function shutDown(asked: Asked): Answer {
  if (requireKnown(asked).role !== 'syncAdmin') throw unauthorized;
  return asked.method === 'POST' ? done : methodNotAllowed;
}
