import { setMaxListeners } from 'node:events';
import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import { AbsentService, LoggedFailure, type NodeFailure, toNodeFailure } from './failure';
import { type Done, Reply, type Send } from './reply';
import { listen } from './runtime-events';
import { StatusLine } from './status';

/**
 * Handles one message and returns the message that goes on. What it throws is given to `done`.
 *
 * @param closing aborts when the node closes: what only waits should end then, what is being sent may be finished.
 */
export type Handler = (message: NodeMessageInFlow, closing: AbortSignal) => Promise<NodeMessage>;

/** What a node uses until it has closed and what it had in hand is done. */
interface Connection {
  deregister(user: object): void;
}

/** Gives a node with one input and one output its behaviour: each failure leaves it through `done`, and the flow goes on. */
export function handleInput(node: Node, connection: Connection, handler: Handler, status: StatusLine): void {
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  // Each message that is being handled may listen to it: hundreds of listeners are no leak.
  setMaxListeners(0, closing.signal);
  node.on('input', (message, send, done) => {
    const reply = new Reply(node, message, send, done);
    const handled = handler(message, closing.signal).then(
      (result) => {
        const failure = reply.sendOn(result);
        if (failure) status.showFault(failure);
      },
      (error: unknown) => {
        const failure = toNodeFailure(error);
        status.showFault(failure);
        if (!(failure instanceof LoggedFailure)) reply.fail(failure);
      },
    );
    running.add(handled);
    void handled.finally(() => running.delete(handled));
  });
  node.on('close', () => {
    closing.abort();
    status.close();
    // What is under way may still use the connection: an upload goes on when only the node's name was changed.
    void Promise.allSettled(running).then(() => connection.deregister(node));
  });
}

/**
 * Makes a node; one whose configuration is wrong says so, and answers each message with that failure. It is made after all
 * when its sync-service comes: Node-RED starts no node again for that.
 *
 * @param tell says the failure of the node itself.
 */
export function construct(
  RED: Pick<NodeAPI, 'events'>,
  node: Node,
  build: () => void,
  tell = (failure: NodeFailure): void => new StatusLine(RED, node).showFault(failure),
): void {
  try {
    build();
  } catch (error) {
    const failure = toNodeFailure(error);
    tell(failure);
    // The editor would take it for the words of the successor.
    node.on('close', () => node.status({}));
    const takeMessages = refuseMessages(node, failure);
    if (!(failure instanceof AbsentService)) return;
    const unlisten = listen(RED.events, 'flows:started', () => {
      if (!failure.hasCome()) return;
      unlisten();
      takeMessages();
      node.status({});
      construct(RED, node, build, tell);
    });
    node.on('close', unlisten);
  }
}

/** Each message ends with why there is nothing that the node could do with it. @returns what ends that. */
function refuseMessages(node: Node, failure: NodeFailure): () => void {
  const refuse = (message: NodeMessageInFlow, send: Send, done: Done): void =>
    new Reply(node, message, send, done).fail(failure);
  node.on('input', refuse);
  return () => void node.removeListener('input', refuse);
}
