import { VirtualClock } from '../simulation/clock';
import { type Mark, Service, type ServiceWitness } from '../simulation/service/service';
import { dataOf, inWords, type Played, type Seen } from './played';

const nobody: ServiceWitness = {
  appeared: () => undefined,
  disappeared: () => undefined,
  marked: () => undefined,
};

/** A plan that is played on the simulation's model of an edge: what the others are compared with. */
export class PlayedOnModel implements Played {
  readonly #service = new Service(new VirtualClock(), { kind: 'ESS' }, nobody);
  /** The versions of the model are instanceIDs; of data, the one that it came with. */
  readonly #versions = new Map<string, number>();
  readonly #data = new Map<string, number>();

  async publish(objectID: string, consumers: number, version: number): Promise<void> {
    this.#service.publish(objectID, consumers, 0);
    this.#data.set(objectID, version);
    this.#note(objectID, version);
  }

  async describe(objectID: string, _consumers: number, version: number): Promise<void> {
    this.#service.describe(objectID);
    this.#note(objectID, version);
  }

  async delete(objectID: string): Promise<void> {
    this.#service.delete(objectID);
  }

  mark(objectID: string, mark: Mark): Promise<number> {
    return new Promise((resolve) => {
      this.#service.whenUnlocked(objectID, () => {
        if (!this.#service.mark(objectID, mark, { by: 'an application' }, () => resolve(204))) resolve(400);
      });
    });
  }

  loseCloud(): void {
    this.#service.loseCloud();
  }

  findCloud(): void {
    this.#service.findCloud();
  }

  async seen(cloudIsAway: boolean): Promise<string> {
    const data = async (objectID: string): Promise<string | undefined> => {
      const version = this.#data.get(objectID);
      const there = this.#service.dataOf(objectID) !== undefined && version !== undefined;
      return there ? dataOf(objectID, version) : undefined;
    };
    const lists = { listed: this.#list(false), received: this.#list(true) };
    return inWords(lists, cloudIsAway ? undefined : data);
  }

  #list(received: boolean): Seen[] {
    return this.#service.list(received).map(({ objectID, version, deleted }) => {
      const [instanceID = ''] = version.split(' ');
      return { objectID, version: String(this.#versions.get(instanceID) ?? '?'), deleted };
    });
  }

  #note(objectID: string, version: number): void {
    const [instanceID] = this.#service.find(objectID)?.version.split(' ') ?? [];
    if (instanceID !== undefined) this.#versions.set(instanceID, version);
  }
}
