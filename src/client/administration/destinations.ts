import type { Destination, DestinationStatus } from '../../protocol/metadata';
import type { CallOptions } from '../connection/options';
import type { Requests } from '../connection/requests';
import { invalidArgument } from '../errors';
import type { ObjectReference } from '../objects/names';
import type { Paths } from '../objects/paths';

/** An edge node by its name. */
export type DestinationReference = Pick<Destination, 'destinationType' | 'destinationID'>;

/** An object that goes, or went, to a destination, and how far it has come there. */
export interface DestinationObject {
  orgID: string;
  objectType: string;
  objectID: string;
  status: DestinationStatus['status'];
}

/** The edge nodes of an organization, and where its objects go. */
export class Destinations {
  constructor(
    private readonly requests: Requests,
    private readonly paths: Paths,
  ) {}

  async registered(options: CallOptions): Promise<Destination[]> {
    return this.requests.list<Destination>(this.paths.cloud('destinations'), options);
  }

  async objectsAt(destination: DestinationReference, options: CallOptions): Promise<DestinationObject[]> {
    const { destinationType, destinationID } = checked(destination);
    const path = this.paths.cloud('destinations', destinationType, destinationID, 'objects');
    return this.requests.list<DestinationObject>(path, options);
  }

  async ofObject(object: ObjectReference, options: CallOptions): Promise<DestinationStatus[]> {
    return this.requests.list<DestinationStatus>(this.paths.object(object, 'destinations'), options);
  }

  async set(
    object: ObjectReference,
    to: readonly DestinationReference[],
    options: CallOptions & { allowEmpty?: boolean },
  ): Promise<void> {
    if (to.length === 0 && !options.allowEmpty) {
      throw invalidArgument(
        'No destinations would delete the object from all edges: allowEmpty says that it is meant',
      );
    }
    await this.#change('PUT', object, to.map(asEntry), options);
  }

  async change(
    action: 'add' | 'remove',
    object: ObjectReference,
    which: readonly DestinationReference[],
    options: CallOptions,
  ): Promise<void> {
    await this.#change('POST', object, { action, destinations: which.map(asEntry) }, options);
  }

  async #change(
    method: 'PUT' | 'POST',
    object: ObjectReference,
    json: object,
    options: CallOptions,
  ): Promise<void> {
    this.paths.cloudOrganization('destinations');
    const path = this.paths.object(object, 'destinations');
    await this.requests.change({ method, path, json, repeatable: true, signal: options.signal });
  }
}

function asEntry(destination: DestinationReference): string {
  const { destinationType, destinationID } = checked(destination);
  return `${destinationType}:${destinationID}`;
}

function checked(destination: DestinationReference): DestinationReference {
  const { destinationType, destinationID } = destination;
  if (destinationType && destinationID && !destinationType.includes(':')) return destination;
  throw invalidArgument('A destination needs destinationType, without ":", and destinationID');
}
