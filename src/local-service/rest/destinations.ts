import { type Answer, listOf, malformed, methodNotAllowed, unauthorized } from '../answer';
import type { LocalCloud } from '../cloud';
import { placeOf } from '../place';
import { isOf, requireKnown } from './access';
import { type Asked, checkName } from './asked';

/** The edges of an organization, and the objects of one of them. */
export function destinations(
  asked: Asked,
  [organization, destinationType, destinationID, operation, ...more]: string[],
): Answer {
  const service = asked.service as LocalCloud;
  if (organization === undefined) return malformed;
  checkName('Organization ID', organization);
  if (!isOf(requireKnown(asked), organization)) throw unauthorized;
  if (asked.method !== 'GET') return methodNotAllowed;
  if (destinationType === undefined) return listOf(service.destinations(organization));
  // The real service takes any word for the operation.
  if (destinationID === undefined || operation === undefined || more.length > 0) return malformed;
  const place = placeOf({ destinationType, destinationID });
  const found = service.store.all(organization).flatMap(({ metadata, deliveries, status: here }) => {
    const status = deliveries.get(place)?.status;
    const { objectType, objectID } = metadata;
    return status === undefined || here === 'notReady'
      ? []
      : [{ orgID: organization, objectType, objectID, status }];
  });
  return listOf(found);
}
