import type { NodeMessage } from 'node-red';
import type { ObjectReference, Progress, ServiceKind, SyncServiceClient } from '../../src/client';
import type { TypedFields } from '../common/typed';
import { dataOf } from './data';
import type { DestinationChoice } from './destinations';
import { metadataOf } from './metadata';
import { referenceOf } from './reference';
import { type SyncOutCredentials, signingKeyOf } from './signing';

/** What the dialog says beside the fields that are read anew for each message. */
export interface OutOptions {
  destination: DestinationChoice;
  source?: 'value' | 'file';
  objectIDType: string;
  signingKeyType?: string;
}

interface Asked {
  kind: ServiceKind;
  fields: TypedFields;
  options: OutOptions;
  credentials: SyncOutCredentials;
  message: NodeMessage;
  freshID: () => string;
}

/** What a message asks for, read and found right: all that is left is to send it. */
export interface Job {
  readonly object: ObjectReference;
  readonly outcome: 'published' | 'activated' | 'deleted';
  send(client: SyncServiceClient, onProgress: Progress): Promise<void>;
}

export type ActionName = 'publish' | 'metadata' | 'data' | 'activate' | 'delete';

export const actions: Readonly<Record<ActionName, (asked: Asked) => Promise<Job>>> = {
  async publish(asked) {
    const { kind, fields, options, credentials, message } = asked;
    const object = await reference(asked, true);
    const purpose = { kind, destination: options.destination, withData: true };
    const metadata = await metadataOf(object, purpose, fields, message);
    const data = await dataOf(options.source, fields, message);
    const sign = await signingKeyOf(options.signingKeyType, credentials, fields, message);
    return {
      object,
      outcome: 'published',
      send: (client, onProgress) => client.publish(metadata, data, { sign, onProgress }),
    };
  },
  async metadata(asked) {
    const { kind, fields, options, message } = asked;
    const object = await reference(asked, !(await fields.flag('metaOnly', message)));
    const purpose = { kind, destination: options.destination, withData: false };
    const metadata = await metadataOf(object, purpose, fields, message);
    return { object, outcome: 'published', send: (client) => client.updateObject(metadata) };
  },
  async data(asked) {
    const object = await reference(asked, false);
    const data = await dataOf(asked.options.source, asked.fields, asked.message);
    return {
      object,
      outcome: 'published',
      send: (client, onProgress) => client.updateObjectData(object, data, { onProgress }),
    };
  },
  async activate(asked) {
    const object = await reference(asked, false);
    return { object, outcome: 'activated', send: (client) => client.activateObject(object) };
  },
  async delete(asked) {
    const object = await reference(asked, false);
    return { object, outcome: 'deleted', send: (client) => client.deleteObject(object) };
  },
};

function reference(
  { kind, fields, options, message, freshID }: Asked,
  creates: boolean,
): Promise<ObjectReference> {
  return referenceOf(fields, message, { objectIDType: options.objectIDType, kind, creates, freshID });
}
