import type { DestinationStatus } from '../protocol/metadata';

/** Where an edge is, whether it has registered or not. */
export type Place = Pick<DestinationStatus, 'destinationType' | 'destinationID'>;

/** As lists of destinations name it. */
export function placeOf({ destinationType, destinationID }: Place): string {
  return `${destinationType}:${destinationID}`;
}
