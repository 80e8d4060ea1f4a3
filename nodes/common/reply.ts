import type { Node, NodeMessage, NodeMessageInFlow } from 'node-red';
import { NodeFailure, textOf } from './failure';

export type Send = (message: NodeMessage) => void;
export type Done = (error?: Error) => void;

/**
 * What a node says to one message: it sends something on, or it fails. Node-RED copies messages for that (for a second
 * wire, for Catch and Complete nodes) and throws at what it cannot copy; nothing of it leaves the node.
 */
export class Reply {
  constructor(
    private readonly node: Pick<Node, 'error'>,
    private readonly message: NodeMessageInFlow,
    private readonly send: Send,
    private readonly done: Done,
  ) {}

  /** @returns why Node-RED could not send it on; whoever waits for the message was told, too. */
  sendOn(message: NodeMessage): NodeFailure | undefined {
    try {
      this.send(message);
    } catch (thrown) {
      const failure = notPassedOn(thrown);
      this.fail(failure);
      return failure;
    }
    this.#end();
    return undefined;
  }

  /** Nothing goes on: the message asked for something that is done. */
  finish(): void {
    this.#end();
  }

  fail(failure: NodeFailure): void {
    this.#end(failure);
  }

  #end(failure?: NodeFailure): void {
    try {
      this.done(failure);
    } catch (thrown) {
      // What Catch nodes hear of a message that cannot be copied is which one it was.
      const { _msgid } = this.message;
      this.node.error(failure ?? notPassedOn(thrown), { _msgid });
    }
  }
}

/** Why Node-RED could not send a message. */
export function notPassedOn(thrown: unknown): NodeFailure {
  return new NodeFailure('SYNC_NODE_ERROR', `The message cannot be passed on: ${textOf(thrown)}`);
}
