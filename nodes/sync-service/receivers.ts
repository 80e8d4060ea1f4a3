import type { ObjectReference, UpdateReceiver } from '../../src/client';

/** The receivers of a connection, by the sync-in node that reads them and by object type. */
export class Receivers {
  readonly #byNode = new Map<string, Map<string, UpdateReceiver>>();

  add(nodeID: string, receiver: UpdateReceiver): void {
    const ofNode = this.#byNode.get(nodeID) ?? new Map<string, UpdateReceiver>();
    ofNode.set(receiver.objectType, receiver);
    this.#byNode.set(nodeID, ofNode);
  }

  /** Forgets the receiver, unless a redeployed node has put its successor in its place. */
  remove(nodeID: string, receiver: UpdateReceiver): void {
    const ofNode = this.#byNode.get(nodeID);
    if (ofNode?.get(receiver.objectType) !== receiver) return;
    ofNode.delete(receiver.objectType);
    if (ofNode.size === 0) this.#byNode.delete(nodeID);
  }

  /** The receiver through which a message came; undefined when its node is gone. */
  find(nodeID: string | undefined, objectType: string): UpdateReceiver | undefined {
    return nodeID === undefined ? undefined : this.#byNode.get(nodeID)?.get(objectType);
  }

  /** Tells all of them that work on the object goes on, so that they do not hand it out again meanwhile. */
  renew(object: ObjectReference): void {
    for (const ofNode of this.#byNode.values()) ofNode.get(object.objectType)?.renew(object);
  }
}
