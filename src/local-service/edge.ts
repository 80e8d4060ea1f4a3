import type { ObjectMetadata } from '../protocol/metadata';
import type { LocalCloud } from './cloud';
import type { Intervals } from './index';
import { Listener, type ListenerOptions } from './listener';
import { rest } from './rest';
import { Side } from './side';
import type { StoredObject } from './store';

export interface EdgeOptions extends ListenerOptions {
  organization: string;
  destinationType: string;
  destinationID: string;
}

/** An edge's side: it fetches what the cloud has for it, and tells the cloud what its applications do. */
export class LocalEdge extends Side {
  readonly nodeType = 'ESS';
  readonly organization: string;
  readonly destinationType: string;
  readonly destinationID: string;
  readonly #listener: Listener;
  #registered = false;
  #registration: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;

  constructor(
    private readonly cloud: LocalCloud,
    private readonly intervals: Intervals,
    options: EdgeOptions,
  ) {
    super();
    this.organization = options.organization;
    this.destinationType = options.destinationType;
    this.destinationID = options.destinationID;
    this.#listener = new Listener(options, rest(this));
  }

  get address(): string {
    return this.#listener.address;
  }

  get registered(): boolean {
    return this.#registered;
  }

  async start(): Promise<void> {
    await this.#listener.start();
    this.#registration = setTimeout(
      () => this.#register(),
      this.#registered ? 0 : this.intervals.registration,
    );
  }

  async stop(): Promise<void> {
    clearTimeout(this.#registration);
    clearInterval(this.#poll);
    await this.#listener.stop();
  }

  /** The cloud consumed what this edge had sent: the ID is used up here. */
  consumedByCloud({ objectType, objectID, instanceID }: ObjectMetadata): void {
    const object = this.store.get(this.organization, objectType, objectID);
    if (object?.metadata.instanceID !== instanceID) return;
    object.status = 'consumedByDest';
    object.data = undefined;
  }

  protected published(_organization: string, object: StoredObject): void {
    void this.cloud.untilUp().then(() => this.cloud.receive(this, object));
  }

  protected deletedHere(organization: string, { metadata }: StoredObject): void {
    this.store.delete(organization, metadata.objectType, metadata.objectID);
  }

  /** The real service answers a consumed only when its cloud has taken it, however long that takes. */
  protected async acknowledged(
    organization: string,
    { metadata }: StoredObject,
    how: 'consumed' | 'deleted',
  ): Promise<void> {
    await this.cloud.untilUp();
    this.cloud.report(this, metadata, how);
    if (how === 'consumed') this.store.delete(organization, metadata.objectType, metadata.objectID);
  }

  protected origin(): Pick<ObjectMetadata, 'originID' | 'originType' | 'ownerID'> {
    return { originID: this.destinationID, originType: this.destinationType, ownerID: '' };
  }

  #register(): void {
    this.#registered = true;
    this.cloud.register(this);
    this.#poll = setInterval(() => this.#fetch(), this.intervals.poll);
  }

  #fetch(): void {
    if (!this.cloud.up) return;
    for (const { metadata, data } of this.cloud.waitingFor(this)) {
      const status = metadata.deleted ? 'objdeleted' : 'completelyReceived';
      const here = this.store.get(this.organization, metadata.objectType, metadata.objectID);
      if (here?.metadata.instanceID === metadata.instanceID) continue;
      this.store.set(this.organization, { metadata, data, status, consumersLeft: metadata.consumers });
      if (!metadata.deleted) this.cloud.report(this, metadata, 'delivered');
    }
  }
}
