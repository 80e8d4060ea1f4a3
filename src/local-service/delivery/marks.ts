import { unmarkable, wrongState } from '../responses/wrong-state';
import type { Caller } from '../roles';
import type { ObjectName, Store, StoredObject } from '../store/objects';
import { withoutService } from './policy';

/** What applications say of the objects that came to a service from elsewhere. */
export class Marks {
  /** @param acknowledged called when the last of an object's consumers has spoken; resolves once its sender knows. */
  constructor(
    private readonly store: Store,
    private readonly acknowledged: (
      organization: string,
      object: StoredObject,
      how: 'consumed' | 'deleted',
    ) => Promise<void>,
  ) {}

  async consumed(name: ObjectName): Promise<void> {
    const object = this.#received(name, 'consumed');
    const consumersLeft = object.consumersLeft - 1;
    this.store.change(name[0], object, { consumersLeft });
    if (consumersLeft !== 0) return;
    this.store.change(name[0], object, { status: 'objconsumed' });
    await this.acknowledged(name[0], object, 'consumed');
  }

  received(name: ObjectName): void {
    const object = this.#received(name, 'received');
    const receiversLeft = object.receiversLeft - 1;
    const status = receiversLeft === 0 ? 'objreceived' : object.status;
    this.store.change(name[0], object, { receiversLeft, status });
  }

  /** Also from a service that the policy of the object no longer names. */
  async deletionAcknowledged(name: ObjectName, caller: Caller): Promise<void> {
    const object = this.store.get(...name);
    if (!object) throw unmarkable('deleted');
    if (!object.metadata.deleted) {
      const removedServices = withoutService(object.removedServices, caller);
      if (!removedServices) throw wrongState(object, 'deleted', object.removedServices.length > 0);
      this.store.change(name[0], object, { removedServices });
      return;
    }
    const consumersLeft = object.consumersLeft - 1;
    this.store.change(name[0], object, { consumersLeft });
    if (consumersLeft === 0) await this.acknowledged(name[0], object, 'deleted');
  }

  #received(name: ObjectName, mark: string): StoredObject {
    const object = this.store.get(...name);
    if (!object) throw unmarkable(mark);
    if (object.status === 'completelyReceived' || object.status === 'objreceived') return object;
    throw wrongState(object, mark);
  }
}
