import type { NodeMessage } from 'node-red';
import type { ObjectReference, Outbox, OutboxEntry, ServiceKind, SyncServiceClient } from '../../src/client';
import type { TransferListeners } from '../common/transfers';
import type { TypedFields } from '../common/typed';
import { bytesOf, dataOf } from './data';
import type { OutSettings } from './fields';
import { metadataOf } from './metadata';
import type { Queued } from './queue';
import { referenceOf } from './reference';
import { type SyncOutCredentials, signingKeyOf } from './signing';

interface SendRequest {
  kind: ServiceKind;
  fields: TypedFields;
  settings: OutSettings;
  credentials: SyncOutCredentials;
  message: NodeMessage;
  /** The time of day. */
  now: number;
  freshID: () => string;
}

/** What a message asks for, read and found right: all that is left is to send it. */
export interface Job extends Queued {
  readonly outcome: 'published' | 'unchanged' | 'activated' | 'deleted';
  /** Resolves with 'unchanged' where nothing was to be sent. */
  send(client: SyncServiceClient, listeners: TransferListeners): Promise<unknown>;
  /** Leaves that to an outbox. */
  keep(outbox: Outbox): Promise<OutboxEntry>;
}

export const actions: Readonly<Record<OutSettings['action'], (request: SendRequest) => Promise<Job>>> = {
  async publish(request) {
    const { kind, fields, settings, credentials, message } = request;
    const object = await reference(request, true);
    const purpose = { kind, destination: settings.destination, withData: true };
    const metadata = await metadataOf(object, purpose, fields, message, request.now);
    const data = await dataOf(settings.source, fields, message);
    const sign = await signingKeyOf(credentials, fields, message);
    const { onlyWhenChanged } = settings;
    return {
      object,
      outcome: 'published',
      bytes: bytesOf(data),
      send: (client, listeners) => {
        const options = { sign, ...listeners };
        return onlyWhenChanged
          ? client.publishIfChanged(metadata, data, options)
          : client.publish(metadata, data, options);
      },
      keep: (outbox) =>
        outbox.put(metadata, data, { sign, reference: isReferenced(settings), onlyWhenChanged }),
    };
  },
  async metadata(request) {
    const { kind, fields, settings, message } = request;
    const object = await reference(request, !(await fields.flag('metaOnly', message)));
    const purpose = { kind, destination: settings.destination, withData: false };
    const metadata = await metadataOf(object, purpose, fields, message, request.now);
    return {
      object,
      outcome: 'published',
      bytes: 0,
      send: (client) => client.updateObject(metadata),
      keep: (outbox) => outbox.put(metadata),
    };
  },
  async data(request) {
    const object = await reference(request, false);
    const { fields, message, settings } = request;
    const data = await dataOf(settings.source, fields, message);
    return {
      object,
      outcome: 'published',
      bytes: bytesOf(data),
      send: (client, listeners) => client.updateObjectData(object, data, listeners),
      keep: (outbox) => outbox.putData(object, data, { reference: isReferenced(settings) }),
    };
  },
  async activate(request) {
    const object = await reference(request, false);
    return {
      object,
      outcome: 'activated',
      bytes: 0,
      send: (client) => client.activateObject(object),
      keep: (outbox) => outbox.activate(object),
    };
  },
  async delete(request) {
    const object = await reference(request, false);
    return {
      object,
      outcome: 'deleted',
      bytes: 0,
      send: (client) => client.deleteObject(object),
      keep: (outbox) => outbox.delete(object),
    };
  },
};

function reference(
  { kind, fields, message, freshID }: SendRequest,
  creates: boolean,
): Promise<ObjectReference> {
  return referenceOf(fields, message, { kind, creates, freshID });
}

/** Whether a file is not copied into the outbox. */
function isReferenced({ keptFile, source }: OutSettings): boolean {
  return source === 'file' && keptFile === 'path';
}
