import type { NodeMessageInFlow } from 'node-red';
import type { ObjectMetadata } from '../../src/client';
import { clientOf } from './clients';
import { give, next, run, sendingFlow, services } from './flow';
import { until } from './until';

type Sent = NodeMessageInFlow & Record<string, unknown> & { object: ObjectMetadata };
type Failure = { code: string; message: string };

/** The fields of a destination: the edge of the local service. */
export const toEdge = { destinationType: 'gateway', destinationID: 'edge1' };

/** Runs a sync out with these fields, which publishes to the cloud of the local service. */
export function onCloud(fields: object): Promise<void> {
  return run(services, sendingFlow(fields));
}

/** The same of its edge. */
export function onEdge(fields: object): Promise<void> {
  return run(services, sendingFlow({ service: 'ess', destination: '', ...fields }));
}

/** Fields of a dialog, each typed as a text. */
export function str(fields: Record<string, string>): object {
  return {
    ...fields,
    ...Object.fromEntries(Object.keys(fields).map((field) => [`${field}Type`, 'str'])),
  };
}

/** The destinations of an object are a list in this property of the message. */
export function listIn(property: string): object {
  return { destination: 'list', destinationsList: property, destinationsListType: 'msg' };
}

/** Has sync out send a message, and gives the one that leaves it. */
export async function send(message: object = { payload: 'hello' }): Promise<Sent> {
  const sent = next('sent');
  const caught = next('caught').then(({ error }) => {
    throw new Error(`Not sent: ${(error as unknown as Failure).message}`);
  });
  give('out', message);
  return (await Promise.race([sent, caught])) as Sent;
}

/** The same where it fails: what a Catch node is told. */
export async function failure(message: object = { payload: 'hello' }): Promise<Failure> {
  const caught = next('caught');
  give('out', message);
  return (await caught).error as unknown as Failure;
}

/** The edge of the local service is made when it is first used, and registers with its cloud then. */
export async function untilRegistered(): Promise<void> {
  await clientOf('ess');
  const cloud = await clientOf('css');
  await until('the edge has registered', async () => (await cloud.getDestinations()).length > 0);
}
