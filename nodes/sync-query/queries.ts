import type { NodeMessage } from 'node-red';
import type {
  ObjectFilter,
  ObjectMetadata,
  ObjectReference,
  Outbox,
  OutboxEnd,
  OutboxEntry,
  SyncServiceClient,
} from '../../src/client';
import type { Settings } from '../common/settings';
import type { TypedFields } from '../common/typed';
import type { ServiceOutbox } from '../sync-service/outbox';
import type { table } from './fields';

type QuerySettings = Settings<typeof table.fields>;

interface QueryRequest {
  client: SyncServiceClient;
  outbox: ServiceOutbox;
  fields: TypedFields;
  settings: QuerySettings;
  message: NodeMessage;
}

/** What goes into the message: the result, and what other nodes take from there. */
export interface Found {
  payload: unknown;
  /** Undefined where the query could have found one and has not. */
  object?: ObjectMetadata | undefined;
  destinations?: unknown;
}

export const queries: Readonly<Record<QuerySettings['query'], (request: QueryRequest) => Promise<Found>>> = {
  async metadata(request) {
    return listed([await request.client.getObjectMetadata(await reference(request))], true);
  },
  async status(request) {
    return { payload: await request.client.getObjectStatus(await reference(request)) };
  },
  async destinations(request) {
    const destinations = await request.client.getObjectDestinations(await reference(request));
    return { payload: destinations, destinations };
  },
  async updates({ client, fields, settings, message }) {
    const objectType = await fields.required('objectType', message);
    return listed(await client.listUpdates(objectType, { received: settings.received }));
  },
  async all({ client, fields, message }) {
    return { payload: await client.listAllObjects(await fields.required('objectType', message)) };
  },
  async list(request) {
    return listed(await request.client.listObjects(await filter(request)));
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
  waiting: (request) => entries(request, (outbox) => outbox.entries()),
  deadLetters: (request) => entries(request, (outbox) => outbox.deadLetters()),
  ended: (request) => entries(request, (outbox) => outbox.ended().map(endOf)),
};

async function reference({ fields, message }: QueryRequest): Promise<ObjectReference> {
  const objectType = await fields.required('objectType', message);
  return { objectType, objectID: await fields.required('objectID', message) };
}

/** Entries of the outbox, of all objects or of some. */
async function entries(
  { fields, message, outbox }: QueryRequest,
  list: (outbox: Outbox) => OutboxEntry[],
): Promise<Found> {
  const objectType = await fields.text('objectType', message);
  const objectID = await fields.text('objectID', message);
  const all = await outbox.use(list);
  const isAskedFor = (entry: OutboxEntry): boolean =>
    (objectType === undefined || entry.objectType === objectType) &&
    (objectID === undefined || entry.objectID === objectID);
  return { payload: all.filter(isAskedFor) };
}

function endOf({ entry, outcome }: OutboxEnd): OutboxEntry & Pick<OutboxEnd, 'outcome'> {
  return { ...entry, outcome };
}

/** One object is `msg.object` as well, so that sync-fetch and the others can go on with it. */
function listed(objects: ObjectMetadata[], alone = false): Found {
  const [object] = objects;
  if (objects.length !== 1 || object === undefined) return { payload: objects, object: undefined };
  // A copy: a flow that changes the payload must not change what it goes on with.
  return { payload: structuredClone(alone ? object : objects), object };
}

async function filter({ fields, settings, message }: QueryRequest): Promise<ObjectFilter> {
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
    destinationPolicy: choice(settings.destinationPolicy),
    noData: choice(settings.noData),
    deleted: choice(settings.deleted),
  };
  const given = Object.entries({ ...texts, ...choices }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as ObjectFilter;
}

function choice(value: '' | 'true' | 'false'): boolean | undefined {
  return value ? value === 'true' : undefined;
}
