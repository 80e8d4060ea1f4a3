import type { LocalCloud } from '../delivery/cloud';
import { listOf, malformed, methodNotAllowed, type RestResponse, unauthorized } from '../responses/response';
import { isOf, requireKnown } from './access';
import { checkName, type RestRequest } from './request';

/** The edges of an organization, and the objects of one of them. */
export function destinations(request: RestRequest, segments: string[]): RestResponse {
  const { method } = request;
  const service = request.service as LocalCloud;
  const caller = requireKnown(request);
  if (method !== 'GET') return methodNotAllowed;
  const [organization = '', destinationType = '', destinationID, operation, end, ...more] = segments;
  if (segments.length === 1 && organization === '') return malformed;
  checkName('Organization ID', organization);
  if (!isOf(caller, organization)) throw unauthorized;
  if (segments.length <= 2 && destinationType === '') return listOf(service.destinations(organization));
  if (destinationID === undefined || operation === undefined || more.length > 0) return malformed;
  // The real service takes any word for the operation, but before a slash.
  if (end !== undefined && (end !== '' || operation !== 'objects')) return malformed;
  return listOf(service.objectsFor(organization, { destinationType, destinationID }));
}

/** An ESS has none, and says so without a word. */
export function destinationsOnEdge(request: RestRequest): RestResponse {
  const caller = requireKnown(request);
  if (request.method !== 'GET') return methodNotAllowed;
  if (request.service.nodeType === 'ESS' && !isOf(caller, request.service.organization)) throw unauthorized;
  return malformed;
}
