import type { KeptMap } from '../../storage/journal';
import type { ObjectName } from './objects';

/**
 * What one service has told another about a version of an object, or has yet to tell. A cloud's news wait for the poll
 * of their edge (`...Pending`); those of an edge are sent (`update`, `delete`, `consumed`, `deleted`), and sent again
 * until the cloud has taken them.
 */
export interface Notification {
  readonly name: ObjectName;
  /** Whom it is about or for, as lists of destinations name it. */
  readonly destination: string;
  readonly status: NotificationStatus;
  readonly instanceID: string;
  readonly dataID: string;
}

export type NotificationStatus =
  | 'updatePending'
  | 'deletePending'
  | 'consumedPending'
  | 'deletedPending'
  | 'update'
  | 'delete'
  | 'consumed'
  | 'deleted'
  /** The other side has the metadata, then the data as well. */
  | 'updated'
  | 'received'
  | 'consumedByDestination'
  | 'deletionTaken'
  | 'error';

const pendingAtCloud = new Set<NotificationStatus>([
  'updatePending',
  'deletePending',
  'consumedPending',
  'deletedPending',
]);

/** The notifications of a service: of each object one for each destination. */
export class Notifications {
  readonly #ofObjects = new Map<string, Map<string, Notification>>();
  readonly #ofDestinations = new Map<string, Map<string, Notification>>();
  readonly #pending = new Map<string, Map<string, Notification>>();

  constructor(private readonly kept: KeptMap<Notification>) {
    for (const notification of kept.values()) this.#add(notification);
  }

  get(name: ObjectName, destination: string): Notification | undefined {
    return this.#ofObjects.get(objectKey(name))?.get(destination);
  }

  set(notification: Notification): void {
    this.kept.set(keyOf(notification), notification);
    this.#add(notification);
  }

  /** Forgets those of an object, for one destination or for all. */
  delete(name: ObjectName, destination?: string): void {
    const found = this.#ofObjects.get(objectKey(name));
    for (const notification of Array.from(found?.values() ?? [])) {
      if (destination === undefined || notification.destination === destination) this.#remove(notification);
    }
  }

  /** What waits for the next poll of an edge, the oldest first. */
  pending(organization: string, destination: string): Notification[] {
    return Array.from(this.#pending.get(destinationKey(organization, destination))?.values() ?? []);
  }

  /** Those for a destination in the order of the objects' names. */
  of(organization: string, destination: string): Notification[] {
    const found = this.#ofDestinations.get(destinationKey(organization, destination));
    return Array.from(found ?? [])
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, notification]) => notification);
  }

  /** Those of what could not be taken, of all organizations. */
  failed(): Notification[] {
    return Array.from(this.kept.values()).filter(({ status }) => status === 'error');
  }

  /** Forgets those for a destination, or for all of an organization. */
  forget(organization: string, destination?: string): void {
    for (const notification of Array.from(this.kept.values())) {
      if (notification.name[0] !== organization) continue;
      if (destination === undefined || notification.destination === destination) this.#remove(notification);
    }
  }

  #add(notification: Notification): void {
    const { name, destination, status } = notification;
    const [object, key] = [objectKey(name), destinationKey(name[0], destination)];
    entryOf(this.#ofObjects, object).set(destination, notification);
    entryOf(this.#ofDestinations, key).set(object, notification);
    // What is told anew is the newest.
    this.#pending.get(key)?.delete(object);
    if (pendingAtCloud.has(status)) entryOf(this.#pending, key).set(object, notification);
  }

  #remove(notification: Notification): void {
    const { name, destination } = notification;
    const [object, key] = [objectKey(name), destinationKey(name[0], destination)];
    this.kept.delete(keyOf(notification));
    removeFrom(this.#ofObjects, object, destination);
    removeFrom(this.#ofDestinations, key, object);
    removeFrom(this.#pending, key, object);
  }
}

type Index = Map<string, Map<string, Notification>>;

function entryOf(index: Index, key: string): Map<string, Notification> {
  const entry = index.get(key) ?? new Map<string, Notification>();
  index.set(key, entry);
  return entry;
}

function removeFrom(index: Index, key: string, inner: string): void {
  const entry = index.get(key);
  entry?.delete(inner);
  if (entry?.size === 0) index.delete(key);
}

/** As the real store has it, which sorts by it: names contain no colon. */
function objectKey(name: ObjectName): string {
  return `${name.join(':')}:`;
}

function destinationKey(organization: string, destination: string): string {
  return `${organization}/${destination}`;
}

function keyOf({ name, destination }: Notification): string {
  return JSON.stringify([...name, destination]);
}
