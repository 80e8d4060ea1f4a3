import '../common/node-version';
import type { NodeAPI, NodeDef } from 'node-red';
import { toNodeFailure } from '../common/failure';
import { construct } from '../common/input';
import { Reply } from '../common/reply';
import { StatusLine } from '../common/status';
import { credentialsOf } from '../common/table';
import { table } from './fields';
import { Receiving } from './receiving';
import { Reports } from './reports';
import type { SyncInCredentials, SyncInNode } from './webhook';

export default function (RED: NodeAPI): void {
  function SyncIn(this: SyncInNode, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(RED, this);
    let receiving: Receiving | undefined;
    const reports = new Reports(RED, this, status, () => receiving?.objectTypes ?? []);
    this.on('close', () => reports.close());
    const build = (): void => {
      receiving = new Receiving(RED, this, config, status, reports);
      listen(this, receiving, status);
      receiving.start().catch((error: unknown) => reports.failed(error));
    };
    construct(RED, this, build, (failure) => reports.failed(failure));
  }

  RED.nodes.registerType<SyncInNode, NodeDef, object, SyncInCredentials>('sync-in', SyncIn, {
    credentials: credentialsOf(table),
  });
}

/** Has a node do what messages say, until it closes. */
function listen(node: SyncInNode, receiving: Receiving, status: StatusLine): void {
  node.on('input', (message, send, done) => {
    const reply = new Reply(node, message, send, done);
    receiving.handle(message).then(
      () => reply.finish(),
      (error: unknown) => {
        const failure = toNodeFailure(error);
        status.showFault(failure);
        reply.fail(failure);
      },
    );
  });
  node.on('close', (done: () => void) => {
    const closed = receiving.close().catch((error: unknown) => node.warn(toNodeFailure(error).message));
    void closed.then(done);
  });
}
