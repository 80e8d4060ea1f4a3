import type { DestinationStatus, ObjectMetadata } from '../../protocol/metadata';
import type { StoredObject } from '../store/objects';
import { destinationOf, type EdgeName } from './destination';
import type { RegisteredEdges } from './registered-edges';

/** How far an object has come at each of the edges that it goes to, by `type:id`. */
export type Addressees = StoredObject['deliveries'];

/** Which of the registered edges an object goes to. */
export class Addressing {
  constructor(private readonly edges: RegisteredEdges) {}

  /**
   * As its metadata says. Of one with a policy it is decided elsewhere (by Open Horizon), and stays as it is.
   *
   * @throws RestResponse where a list names an edge that has not registered.
   */
  ofMetadata(metadata: ObjectMetadata, before: Addressees): Addressees {
    return metadata.destinationPolicy ? before : allPending(this.#named(metadata));
  }

  /** As a list says; who is a destination already stays one as it is. */
  ofList(organization: string, entries: readonly string[], before: Addressees): Addressees {
    const edges = entries.map((entry) => this.edges.named(organization, entry));
    const addressees = Array.from(allPending(edges), ([destination, delivery]) => {
      return [destination, before.get(destination) ?? delivery] as const;
    });
    return new Map(addressees);
  }

  /** Whether an object is addressed to an edge by what its metadata says. */
  isFor(metadata: ObjectMetadata, edge: EdgeName): boolean {
    const { destinationsList, destinationType, destinationID, destinationPolicy } = metadata;
    if (destinationPolicy) return false;
    if (destinationsList?.length) return destinationsList.includes(destinationOf(edge));
    if (destinationType && destinationType !== edge.destinationType) return false;
    return !destinationID || destinationID === edge.destinationID;
  }

  #named(metadata: ObjectMetadata): EdgeName[] {
    const { destinationsList, destinationType, destinationID, destinationOrgID } = metadata;
    if (destinationID) {
      const edge = this.edges.find(destinationOrgID, metadata);
      return edge ? [edge] : [];
    }
    if (destinationsList?.length) {
      return destinationsList.map((entry) => this.edges.named(destinationOrgID, entry));
    }
    return this.edges
      .of(destinationOrgID)
      .filter((edge) => !destinationType || edge.destinationType === destinationType);
  }
}

export function deliveryTo(
  { destinationType, destinationID }: EdgeName,
  status: DestinationStatus['status'],
  message = '',
): DestinationStatus {
  return { destinationType, destinationID, status, message };
}

function allPending(edges: readonly EdgeName[]): Addressees {
  return new Map(edges.map((edge) => [destinationOf(edge), deliveryTo(edge, 'pending')]));
}
