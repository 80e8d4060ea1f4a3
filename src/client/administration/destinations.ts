import type { Destination, DestinationStatus } from '../../protocol/metadata';
import type { CallOptions } from '../connection/options';
import type { Requests } from '../connection/requests';
import { invalidArgument } from '../errors';
import { checkWord, type ObjectReference, quoted } from '../objects/names';
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
    const entries = entriesOf(to);
    if (entries.length === 0 && !options.allowEmpty) {
      throw invalidArgument(
        'No destinations would delete the object from all edges: allowEmpty says that it is meant',
      );
    }
    await this.#change('PUT', object, entries, options);
  }

  async change(
    action: 'add' | 'remove',
    object: ObjectReference,
    which: readonly DestinationReference[],
    options: CallOptions,
  ): Promise<void> {
    await this.#change('POST', object, { action, destinations: entriesOf(which) }, options);
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

function entriesOf(destinations: readonly DestinationReference[]): string[] {
  if (!Array.isArray(destinations)) {
    throw invalidArgument('Destinations are given as a list of { destinationType, destinationID }');
  }
  return destinations.map((each) => {
    const { destinationType, destinationID } = checked(each);
    return `${destinationType}:${destinationID}`;
  });
}

function checked(destination: DestinationReference): DestinationReference {
  const { destinationType, destinationID } = destination ?? {};
  checkWord('destinationType', destinationType);
  checkWord('destinationID', destinationID);
  if (!destinationType.includes(':')) return { destinationType, destinationID };
  throw invalidArgument(`The destinationType ${quoted(destinationType)} must not contain ":"`);
}
