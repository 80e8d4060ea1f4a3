import type { Mark } from '../simulation/service/service';
import type { Ground } from './ground';

/** What a plan of the simulation does to a service, and what an application of an edge has of it. */
export interface Played {
  /** @param version counted over all that is published and described, from 1. */
  publish(objectID: string, consumers: number, version: number): Promise<void>;
  /** Metadata alone, of an object that is published. */
  describe(objectID: string, consumers: number, version: number): Promise<void>;
  delete(objectID: string): Promise<void>;
  /** @returns the status of the answer; it may come only when the cloud is back. */
  mark(objectID: string, mark: Mark): Promise<number>;
  /** All that an application can see, in words. */
  seen(cloudIsAway: boolean): Promise<string>;
}

/** An object as lists have it. */
export interface Seen {
  objectID: string;
  version: string;
  deleted: boolean;
}

/** @param data of an object; it is not asked for while the cloud is away, since whoever asks for it may wait for that. */
export async function inWords(
  lists: Record<string, readonly Seen[]>,
  data: ((objectID: string) => Promise<string | undefined>) | undefined,
): Promise<string> {
  const lines = Object.entries(lists).map(([name, seen]) => {
    const told = seen.map((each) => `${each.objectID}@${each.version}${each.deleted ? ' deleted' : ''}`);
    return `${name}: ${told.toSorted().join(', ')}`;
  });
  if (!data) return lines.join('; ');
  const names = new Set(Object.values(lists).flatMap((seen) => seen.map(({ objectID }) => objectID)));
  for (const objectID of Array.from(names).toSorted()) {
    lines.push(`data of ${objectID}: ${(await data(objectID)) ?? 'none'}`);
  }
  return lines.join('; ');
}

/** A plan that is played on the first edge of a ground, with objects of one type. */
export class PlayedOnGround implements Played {
  constructor(
    private readonly ground: Ground,
    private readonly objectType: string,
  ) {}

  async publish(objectID: string, consumers: number, version: number): Promise<void> {
    const data = Buffer.from(dataOf(objectID, version)).toString('base64');
    await this.#put(objectID, { consumers, version: String(version) }, data);
  }

  async describe(objectID: string, consumers: number, version: number): Promise<void> {
    await this.#put(objectID, { consumers, version: String(version), metaOnly: true });
  }

  async delete(objectID: string): Promise<void> {
    await this.#cloud('DELETE', `/${objectID}`);
  }

  async mark(objectID: string, mark: Mark): Promise<number> {
    return (await this.#edge('PUT', `/${objectID}/${mark}`)).status;
  }

  async seen(cloudIsAway: boolean): Promise<string> {
    const lists = { listed: await this.#list(''), received: await this.#list('?received=true') };
    const data = async (objectID: string): Promise<string | undefined> => {
      const { status, text } = await this.#edge('GET', `/${objectID}/data`);
      return status === 200 ? text : undefined;
    };
    return inWords(lists, cloudIsAway ? undefined : data);
  }

  async #put(objectID: string, given: object, data?: string): Promise<void> {
    const { destinationType, destinationIDs } = this.ground;
    const { objectType } = this;
    const meta = { objectID, objectType, destinationType, destinationID: destinationIDs.ess, ...given };
    await this.#cloud('PUT', `/${objectID}`, JSON.stringify({ meta, ...(data !== undefined && { data }) }));
  }

  async #list(query: string): Promise<Seen[]> {
    const { status, text } = await this.#edge('GET', query);
    return status === 404 ? [] : (JSON.parse(text) as Seen[]);
  }

  async #cloud(method: string, below: string, body?: string): Promise<void> {
    const answer = await this.#ask('css', `/${this.ground.organization}`, method, below, body);
    if (answer.status !== 204) throw new Error(`${method} ${below}: ${answer.status} ${answer.text}`);
  }

  #edge(method: string, below: string): Promise<{ status: number; text: string }> {
    return this.#ask('ess', '', method, below);
  }

  async #ask(
    node: 'css' | 'ess',
    organization: string,
    method: string,
    below: string,
    body?: string,
  ): Promise<{ status: number; text: string }> {
    const path = `/api/v1/objects${organization}/${this.objectType}${below}`;
    const auth = `admin@${this.ground.organization}:x`;
    const answer = await this.ground.ask({ node, method, path, auth, ...(body !== undefined && { body }) });
    if (answer.status === undefined) throw new Error(`${method} ${path}: ${answer.error}`);
    return { status: answer.status, text: String(answer.body) };
  }
}

/** What is published as a version, on every ground. */
export function dataOf(objectID: string, version: number): string {
  return `the data of ${objectID} ${version}`;
}
