import { done, methodNotAllowed, type RestResponse } from '../responses/response';
import { requireRole } from './access';
import { type RestRequest, truthOf } from './request';

/** In seconds. */
const usualQuiesce = 3;

/** The answer comes first: what follows cannot be told any more. */
export function shutDown(request: RestRequest): RestResponse {
  const { service, method, query } = request;
  requireRole(request, 'syncAdmin');
  if (method !== 'POST') return methodNotAllowed;
  const unregister = query.get('essunregister');
  // What cannot be read is answered as the rest is, and stops nothing.
  if (service.nodeType === 'ESS' && unregister && truthOf(unregister) === undefined) return done;
  const [quiesce] = /^\s*[+-]?\d+/.exec(query.get('quiesce') ?? '') ?? [];
  service.shutDown({
    quiesce: quiesce === undefined ? usualQuiesce : Number(quiesce),
    restart: /^(true|yes)$/i.test(query.get('restart') ?? ''),
  });
  return done;
}
