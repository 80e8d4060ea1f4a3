import type { NodeMessage } from 'node-red';
import type {
  AccessListUser,
  DestinationReference,
  ObjectReference,
  SyncServiceClient,
} from '../../src/client';
import { invalidInput } from '../common/failure';
import { describe } from '../common/fields';
import type { Settings } from '../common/settings';
import type { TypedFields } from '../common/typed';
import { wordsOf } from '../common/words';
import type { ServiceOutbox } from '../sync-service/outbox';
import { entriesOf } from './entries';
import type { table } from './fields';

type AdminSettings = Settings<typeof table.fields>;

interface AdminRequest {
  client: SyncServiceClient;
  outbox: ServiceOutbox;
  fields: TypedFields;
  settings: AdminSettings;
  message: NodeMessage;
}

/** Each does one thing and returns what `msg.payload` becomes; undefined leaves it as it is. */
export const actions: Readonly<Record<AdminSettings['action'], (request: AdminRequest) => Promise<unknown>>> =
  {
    async objectACL({ client, fields, message }) {
      return client.retrieveObjectACL(await fields.required('objectType', message));
    },
    async addToObjectACL(request) {
      const users = await usersOf(request);
      await request.client.addUsersToObjectACL(
        await request.fields.required('objectType', request.message),
        users,
      );
    },
    async removeFromObjectACL(request) {
      const users = await usersOf(request);
      await request.client.removeUsersFromObjectACL(
        await request.fields.required('objectType', request.message),
        users,
      );
    },
    async objectACLs({ client }) {
      return client.retrieveAllObjectACLs();
    },
    async destinationACL({ client, fields, message }) {
      return client.retrieveDestinationACL(await fields.required('destinationType', message));
    },
    async addToDestinationACL(request) {
      const users = await usersOf(request);
      await request.client.addUsersToDestinationACL(
        await request.fields.required('destinationType', request.message),
        users,
      );
    },
    async removeFromDestinationACL(request) {
      const users = await usersOf(request);
      await request.client.removeUsersFromDestinationACL(
        await request.fields.required('destinationType', request.message),
        users,
      );
    },
    async destinationACLs({ client }) {
      return client.retrieveAllDestinationACLs();
    },
    async setDestinations(request) {
      const object = await reference(request);
      const destinations = await destinationsOf(request, 'none');
      await request.client.setObjectDestinations(object, destinations, { allowEmpty: true });
    },
    async addDestinations(request) {
      await request.client.addObjectDestinations(await reference(request), await destinationsOf(request));
    },
    async removeDestinations(request) {
      await request.client.removeObjectDestinations(await reference(request), await destinationsOf(request));
    },
    async organizations({ client }) {
      return client.listOrganizations();
    },
    async updateOrganization({ client, fields, message }) {
      const orgID = await fields.required('orgID', message);
      const address = await fields.text('address', message);
      await client.updateOrganization({ orgID, ...(address !== undefined && { address }) });
    },
    async deleteOrganization({ client, fields, message }) {
      await client.deleteOrganization(await fields.required('orgID', message));
    },
    async resend({ client }) {
      await client.resend();
    },
    async tryAgain({ client, fields, message }) {
      const objectType = await fields.text('objectType', message);
      const objectID = await fields.text('objectID', message);
      client.tryAgain({ ...(objectType && { objectType }), ...(objectID && { objectID }) });
    },
    async retryEntries({ fields, message, outbox }) {
      const entries = entriesOf(await fields.any('entries', message));
      await outbox.use(async (used) => {
        for (const entry of entries) await used.retry(entry);
      });
    },
    async dropEntries({ fields, message, outbox }) {
      const entries = entriesOf(await fields.any('entries', message));
      await outbox.use(async (used) => {
        for (const entry of entries) await used.drop(entry);
      });
    },
  };

async function reference({ fields, message }: AdminRequest): Promise<ObjectReference> {
  const objectType = await fields.required('objectType', message);
  return { objectType, objectID: await fields.required('objectID', message) };
}

/** A name, several separated by commas, or a list of names and of `{ username, type, role }`. */
async function usersOf({ fields, settings, message }: AdminRequest): Promise<AccessListUser[]> {
  const defaults = { type: settings.userType, role: settings.role };
  return asList(await fields.any('userNames', message), 'Users').map((user) => {
    if (typeof user === 'string') return { ...defaults, username: user };
    if (typeof user !== 'object' || user === null || !('username' in user)) {
      throw invalidInput(`Users must be names or { username, type, role }, not ${describe(user)}`);
    }
    if (typeof user.username !== 'string') throw invalidInput('The username of a user must be text');
    const given = user as { username: string; type?: 'user' | 'node'; role?: 'aclReader' | 'aclWriter' };
    if (given.role && given.role !== 'aclReader' && given.role !== 'aclWriter') {
      throw invalidInput(`The role of ${given.username} must be aclReader or aclWriter`);
    }
    return { ...defaults, ...given };
  });
}

/**
 * `type:id`, several separated by commas, or a list of such and of `{ destinationType, destinationID }`.
 *
 * @param none the word for no destination at all: nothing that is left out can mean that.
 */
async function destinationsOf(
  { fields, message }: AdminRequest,
  none?: string,
): Promise<DestinationReference[]> {
  const value = await fields.any('destinations', message);
  if (none !== undefined && value === none) return [];
  const destinations = asList(value, 'Destinations').map(asDestination);
  if (destinations.length > 0) return destinations;
  const way = none === undefined ? '' : `: to take the object from all edges, say ${none}`;
  throw invalidInput(`Destinations are empty${way}`);
}

function asDestination(destination: unknown): DestinationReference {
  if (typeof destination === 'string') {
    const colon = destination.indexOf(':');
    if (colon < 1) throw invalidInput(`Destinations must be type:id, not ${destination}`);
    return { destinationType: destination.slice(0, colon), destinationID: destination.slice(colon + 1) };
  }
  const { destinationType, destinationID } = (destination ?? {}) as Partial<DestinationReference>;
  if (!destinationType || !destinationID) {
    throw invalidInput(`Destinations must be type:id or { destinationType, destinationID }`);
  }
  return { destinationType, destinationID };
}

function asList(value: unknown, label: string): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return wordsOf(value);
  if (typeof value === 'object' && value !== null) return [value];
  throw invalidInput(`${label} must be text or an array, not ${describe(value)}`);
}
