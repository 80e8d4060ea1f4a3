import type {
  Acknowledgement,
  AcknowledgementWait,
  ObjectInFlow,
  ObjectReference,
  SyncServiceClient,
} from '../../src/client';
import { NodeFailure } from '../common/failure';
import type { Settings } from '../common/settings';
import type { table } from './fields';

type ConsumeSettings = Settings<typeof table.fields>;

export interface MarkRequest {
  client: SyncServiceClient;
  object: ObjectInFlow;
  /** The sync-in that the message says it came from. */
  receiver: string | undefined;
  settings: ConsumeSettings;
  onWait(wait: AcknowledgementWait): void;
}

/** What a flow can say of an object, and the outcome of it. */
export const marks: Readonly<Record<ConsumeSettings['mark'], (request: MarkRequest) => Promise<string>>> = {
  consumed: (request) => acknowledge(request, 'consumed'),
  received: (request) => acknowledge(request, 'received'),
  async giveBack({ client, object, receiver, settings }) {
    mustBeInFlow(client.giveObjectBack(object, settings.after, { receiver }), object);
    return 'given back';
  },
  async reject({ client, object, receiver }) {
    mustBeInFlow(client.rejectObject(object, { receiver }), object);
    return 'rejected';
  },
};

function acknowledge(request: MarkRequest, how: Acknowledgement): Promise<string> {
  const { client, object, onWait, receiver, settings } = request;
  return client.acknowledge(object, how, { receiver, checkVersion: settings.checkVersion, onWait });
}

function mustBeInFlow(isInHand: boolean, { objectType, objectID }: ObjectReference): void {
  if (isInHand) return;
  const message = `${objectType}/${objectID} is not in the flow of a sync in node of this sync-service`;
  throw new NodeFailure('SYNC_NOT_IN_FLOW', message);
}
