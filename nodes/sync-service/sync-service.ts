import '../common/node-version';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { listen } from '../common/runtime-events';
import { settingsOf } from '../common/settings';
import { credentialsOf } from '../common/table';
import { serveDialogs } from './admin';
import type { SyncServiceCredentials, SyncServiceNode } from './configuration';
import { ServiceConnection } from './connection';
import { table } from './fields';
import { withJournal } from './journals';
import { openClient, type TlsConfigNode } from './open';

export default function (RED: NodeAPI): void {
  serveDialogs(RED);

  function SyncService(this: Node<SyncServiceCredentials>, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const settings = settingsOf(table, config);
    const tlsNode = settings.tls
      ? (RED.nodes.getNode(settings.tls) as unknown as TlsConfigNode | null)
      : null;
    const connection = new ServiceConnection(() =>
      withJournal(RED, this, (memory) =>
        openClient(settings, this.credentials ?? {}, tlsNode?.addTLSOptions({}), memory),
      ),
    );
    Object.assign(this, { connection, settings } satisfies Pick<SyncServiceNode, 'connection' | 'settings'>);
    const onStarted = (): void => void connection.flowsStarted();
    const unlisten = listen(RED.events, 'flows:started', onStarted);
    this.on('close', (done: () => void) => {
      unlisten();
      connection.close().then(done, (error: unknown) => {
        this.error(error);
        done();
      });
    });
  }

  RED.nodes.registerType<Node<SyncServiceCredentials>, NodeDef, object, SyncServiceCredentials>(
    'sync-service',
    SyncService,
    {
      credentials: credentialsOf(table),
    },
  );
}
