import type {
  ClientOptions,
  ObjectMetadataInput,
  ReceiverOptions,
  SyncServiceClient,
} from '../../../src/client';
import type { ClientSeams } from '../../../src/client/seams';
import { until } from '../../support/until';
import type { Service } from '../services';
import type { Stage } from '../stage';
import { Reading } from './reading';

/** What scenarios of receiving need beside the stage: clients of their own, closed after each. */
export class Ground {
  #clients: SyncServiceClient[] = [];

  constructor(readonly stage: Stage) {
    afterEach(() => this.close());
  }

  async close(): Promise<void> {
    const clients = this.#clients;
    this.#clients = [];
    await Promise.all(clients.map((client) => client.close()));
  }

  /** A client that nobody else has: what it does with one object type, no other client knows of. */
  open(
    service: Service = this.stage.first,
    options: Partial<ClientOptions> = {},
    seams: ClientSeams = {},
  ): SyncServiceClient {
    const client = service.connect(options, seams);
    this.#clients.push(client);
    return client;
  }

  read(
    client: SyncServiceClient,
    objectType: string,
    options: ReceiverOptions = {},
    onUpdate?: ConstructorParameters<typeof Reading>[2],
  ): Reading {
    const receiver = client.pollForUpdates(objectType, { interval: 50, ...options });
    return new Reading(receiver, this.stage.bound, onUpdate);
  }

  /** Publishes objects of one type to the first edge, and waits until it lists them all and has said so. */
  async publish(
    objectType: string,
    objectIDs: readonly string[],
    fields: Partial<ObjectMetadataInput> = {},
  ): Promise<void> {
    const { bound, first, services } = this.stage;
    for (const objectID of objectIDs) {
      const object = { objectType, objectID, ...this.stage.to(first, 'by type and ID'), ...fields };
      await services.cloud.client.publish(object, `data of ${objectID}`);
    }
    await until(
      `the edge lists ${objectIDs.length} objects`,
      async () => {
        const listed = await first.client.listUpdates(objectType);
        const there = listed.filter(
          ({ version }) => fields.version === undefined || version === fields.version,
        );
        return objectIDs.every((objectID) => there.some((each) => each.objectID === objectID));
      },
      bound,
    );
    for (const objectID of objectIDs) await this.stage.isDelivered({ objectType, objectID });
  }

  /** Resolves when the cloud has heard that the first edge has consumed them. */
  async consumed(objectType: string, objectIDs: readonly string[]): Promise<void> {
    const { bound, services } = this.stage;
    for (const objectID of objectIDs) {
      await until(
        `the cloud knows that ${objectID} was consumed`,
        async () => {
          const destinations = await services.cloud.client.getObjectDestinations({ objectType, objectID });
          return destinations.length > 0 && destinations.every(({ status }) => status === 'consumed');
        },
        bound,
      );
    }
  }
}
