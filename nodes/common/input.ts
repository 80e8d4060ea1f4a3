import type { Node, NodeMessage, NodeMessageInFlow } from 'node-red';
import type { ServiceConnection } from '../sync-service/connection';
import { toNodeFailure } from './failure';
import { StatusLine } from './status';

/** Handles one message and returns what goes on. Throws what `done` shall be told. */
export type Handler = (message: NodeMessageInFlow, status: StatusLine) => Promise<NodeMessage>;

/** Gives a node with one input and one output its behaviour: each failure leaves it through `done`, and the flow goes on. */
export function handleInput(
  node: Node,
  connection: ServiceConnection,
  handler: Handler,
  status = new StatusLine(node),
): void {
  node.on('input', (message, send, done) => {
    handler(message, status).then(
      (result) => {
        send(result);
        done();
      },
      (error: unknown) => {
        const failure = toNodeFailure(error);
        status.show({ fill: 'red', shape: 'ring', text: failure.code });
        done(failure);
      },
    );
  });
  node.on('close', () => {
    status.end();
    connection.deregister(node.id);
  });
}

/** Makes a node; one whose configuration is wrong says so, and answers each message with that failure. */
export function construct(node: Node, build: () => void): void {
  try {
    build();
  } catch (error) {
    const failure = toNodeFailure(error);
    node.status({ fill: 'red', shape: 'ring', text: failure.message });
    node.on('input', (_message, _send, done) => done(failure));
  }
}
