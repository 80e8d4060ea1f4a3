import type { DestinationStatus } from '../../protocol/metadata';

/** What an edge is called, whether it has registered or not. */
export type EdgeName = Pick<DestinationStatus, 'destinationType' | 'destinationID'>;

/** As lists of destinations name it. */
export function destinationOf({ destinationType, destinationID }: EdgeName): string {
  return `${destinationType}:${destinationID}`;
}
