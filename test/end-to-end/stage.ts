import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  isSyncServiceError,
  type ObjectMetadata,
  type ObjectMetadataInput,
  type SyncServiceClient,
} from '../../src/client';
import { until } from '../support/until';
import { type Edge, type Service, type Services, untilRegistered } from './services';

/** What a suite is run with: the services, and how long a state may take to come, in ms. */
export interface Ground {
  open(): Promise<Services>;
  bound: number;
  /** Whether a scenario may be left out where a second edge or a command is not given; it is then named as not run. */
  mayLackParts: boolean;
}

export type Named = { objectType: string; objectID: string };
export type Direction = 'to an ESS' | 'to a CSS';
export type Addressing = 'by type and ID' | 'by type' | 'by a list' | 'as a broadcast';

/** Where scenarios play: the services once they are there, names that nobody else has, and what can be waited for. */
export class Stage {
  readonly bound: number;
  /** Of all objects of this run, but those of a scenario that needs one for itself. */
  readonly objectType = `e2e-${randomBytes(6).toString('hex')}`;
  #services: Services | undefined;
  #count = 0;

  constructor(private readonly ground: Ground) {
    this.bound = ground.bound;
  }

  /** Opens the services before the scenarios of this suite, and closes them after. */
  attach(suite: Mocha.Suite): void {
    suite.timeout(this.bound * 5);
    before(async () => {
      this.#services = await this.ground.open();
      await untilRegistered(this.#services, this.bound);
    });
    after(() => this.#services?.close());
  }

  get services(): Services {
    assert.ok(this.#services);
    return this.#services;
  }

  get first(): Edge {
    const [edge] = this.services.edges;
    assert.ok(edge);
    return edge;
  }

  newName(): Named {
    this.#count += 1;
    return { objectType: this.objectType, objectID: `o${this.#count}` };
  }

  /** Of a scenario whose receivers shall see nothing of others. */
  newType(): string {
    this.#count += 1;
    return `${this.objectType}-${this.#count}`;
  }

  to(edge: Edge, addressing: Addressing): Partial<ObjectMetadataInput> {
    const { destinationType, destinationID } = edge;
    switch (addressing) {
      case 'by type and ID':
        return { destinationType, destinationID };
      case 'by type':
        return { destinationType };
      case 'by a list':
        return { destinationsList: [`${destinationType}:${destinationID}`] };
      case 'as a broadcast':
        return {};
    }
  }

  ends(direction: Direction): { sender: SyncServiceClient; receiver: SyncServiceClient } {
    const [cloud, edge] = [this.services.cloud.client, this.first.client];
    return direction === 'to an ESS' ? { sender: cloud, receiver: edge } : { sender: edge, receiver: cloud };
  }

  /** @param received whether also objects that were marked so. */
  async listed(
    receiver: SyncServiceClient,
    { objectID, objectType }: Named,
    received = false,
  ): Promise<ObjectMetadata | undefined> {
    const all = await receiver.listUpdates(objectType, { received });
    return all.find((each) => each.objectID === objectID);
  }

  arrival(
    receiver: SyncServiceClient,
    object: Named,
    is: (metadata: ObjectMetadata) => boolean = (metadata) => !metadata.deleted,
  ): Promise<ObjectMetadata> {
    return until(
      `${object.objectID} has arrived`,
      async () => {
        const found = await this.listed(receiver, object);
        return found && is(found) && found;
      },
      this.bound,
    );
  }

  /**
   * Resolves when the cloud has heard from each edge that it has the object. What is consumed there before, within the
   * milliseconds that this takes, a real ESS tells its cloud to have received, and may go on listing.
   */
  async isDelivered(object: Named): Promise<void> {
    const { cloud } = this.services;
    await until(
      `the cloud has heard that ${object.objectID} has arrived`,
      async () => {
        const destinations = await cloud.client.getObjectDestinations(object);
        return destinations.every(({ status }) => status !== 'pending' && status !== 'delivering');
      },
      this.bound,
    );
  }

  async isForgotten(client: SyncServiceClient, object: ObjectMetadataInput): Promise<boolean> {
    try {
      await client.getObjectMetadata(object);
      return false;
    } catch (error) {
      if (isSyncServiceError(error, 'SYNC_NOT_FOUND')) return true;
      throw error;
    }
  }

  /** Runs while a service is away; resolves when it answers again. */
  async whileAway({ client, stop, start }: Service, run: () => Promise<void>): Promise<void> {
    assert.ok(stop && start);
    await stop();
    try {
      await run();
    } finally {
      await start();
    }
    await until('it answers', () => client.getHealth().catch(() => undefined), this.bound);
  }

  notRun(context: Mocha.Context, what: string): void {
    assert.ok(this.ground.mayLackParts, `${what} must be there`);
    console.log(`      not run live, for want of ${what}: ${context.test?.title}`);
    context.skip();
  }
}
