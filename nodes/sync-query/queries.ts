import type { NodeMessage } from 'node-red';
import type { ObjectFilter, ObjectMetadata, ObjectReference, SyncServiceClient } from '../../src/client';
import type { TypedFields } from '../common/typed';

/** What a query reads besides the message. */
export interface QueryOptions {
  destinationPolicy: '' | 'true' | 'false';
  noData: '' | 'true' | 'false';
  deleted: '' | 'true' | 'false';
  /** Also updates that were marked received. */
  received: boolean;
}

interface Asked {
  client: SyncServiceClient;
  fields: TypedFields;
  options: QueryOptions;
  message: NodeMessage;
}

/** What goes into the message: the result, and what other nodes take from there. */
export interface Found {
  payload: unknown;
  object?: ObjectMetadata;
  destinations?: unknown;
}

export type QueryName =
  | 'metadata'
  | 'status'
  | 'destinations'
  | 'updates'
  | 'all'
  | 'list'
  | 'types'
  | 'registered'
  | 'destinationObjects'
  | 'health';

export const queries: Readonly<Record<QueryName, (asked: Asked) => Promise<Found>>> = {
  async metadata(asked) {
    return listed([await asked.client.getObjectMetadata(await reference(asked))], true);
  },
  async status(asked) {
    return { payload: await asked.client.getObjectStatus(await reference(asked)) };
  },
  async destinations(asked) {
    const destinations = await asked.client.getObjectDestinations(await reference(asked));
    return { payload: destinations, destinations };
  },
  async updates({ client, fields, options, message }) {
    const objectType = await fields.required('objectType', message);
    return listed(await client.listUpdates(objectType, { received: options.received }));
  },
  async all({ client, fields, message }) {
    return { payload: await client.listAllObjects(await fields.required('objectType', message)) };
  },
  async list(asked) {
    return listed(await asked.client.listObjects(await filter(asked)));
  },
  async types({ client }) {
    return { payload: await client.listObjectTypes() };
  },
  async registered({ client }) {
    const destinations = await client.getDestinations();
    return { payload: destinations, destinations };
  },
  async destinationObjects({ client, fields, message }) {
    const destinationType = await fields.required('destinationType', message);
    const destinationID = await fields.required('destinationID', message);
    return { payload: await client.getDestinationObjects({ destinationType, destinationID }) };
  },
  async health({ client }) {
    return { payload: await client.getHealth({ details: true }) };
  },
};

async function reference({ fields, message }: Asked): Promise<ObjectReference> {
  const objectType = await fields.required('objectType', message);
  return { objectType, objectID: await fields.required('objectID', message) };
}

/** One object is `msg.object` as well, so that sync-fetch and the others can go on with it. */
function listed(objects: ObjectMetadata[], alone = false): Found {
  const [object] = objects;
  if (objects.length !== 1 || object === undefined) return { payload: objects };
  // A copy: a flow that changes the payload must not change what it goes on with.
  return { payload: structuredClone(alone ? object : objects), object };
}

async function filter({ fields, options, message }: Asked): Promise<ObjectFilter> {
  const texts = {
    objectType: await fields.text('objectType', message),
    objectID: await fields.text('objectID', message),
    destinationType: await fields.text('destinationType', message),
    destinationID: await fields.text('destinationID', message),
    service: await fields.text('policyService', message),
    policyProperty: await fields.text('policyProperty', message),
    since: await fields.text('since', message),
    expirationTimeBefore: await fields.text('expiresBefore', message),
  };
  const choices = {
    destinationPolicy: choice(options.destinationPolicy),
    noData: choice(options.noData),
    deleted: choice(options.deleted),
  };
  const given = Object.entries({ ...texts, ...choices }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as ObjectFilter;
}

function choice(value: '' | 'true' | 'false' | undefined): boolean | undefined {
  return value ? value === 'true' : undefined;
}
