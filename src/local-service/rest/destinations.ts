import type { LocalCloud } from '../delivery/cloud';
import { destinationOf } from '../delivery/destination';
import { listOf, malformed, methodNotAllowed, type RestResponse, unauthorized } from '../responses/response';
import { isOf, requireKnown } from './access';
import { checkName, type RestRequest } from './request';

/** The edges of an organization, and the objects of one of them. */
export function destinations(
  request: RestRequest,
  [organization, destinationType, destinationID, operation, ...more]: string[],
): RestResponse {
  const service = request.service as LocalCloud;
  if (organization === undefined) return malformed;
  checkName('Organization ID', organization);
  if (!isOf(requireKnown(request), organization)) throw unauthorized;
  if (request.method !== 'GET') return methodNotAllowed;
  if (destinationType === undefined) return listOf(service.destinations(organization));
  // The real service takes any word for the operation.
  if (destinationID === undefined || operation === undefined || more.length > 0) return malformed;
  const destination = destinationOf({ destinationType, destinationID });
  const found = service.store.all(organization).flatMap(({ metadata, deliveries, status: here }) => {
    const status = deliveries.get(destination)?.status;
    const { objectType, objectID } = metadata;
    return status === undefined || here === 'notReady'
      ? []
      : [{ orgID: organization, objectType, objectID, status }];
  });
  return listOf(found);
}
