import type { Node, NodeAPI } from 'node-red';
import { serveDialogs } from './admin';
import type { SyncServiceConfig, SyncServiceCredentials, SyncServiceNode } from './configuration';
import { ServiceConnection } from './connection';
import { openClient, type TlsConfigNode } from './open';

export default function (RED: NodeAPI): void {
  serveDialogs(RED);

  function SyncService(this: Node<SyncServiceCredentials>, config: SyncServiceConfig): void {
    RED.nodes.createNode(this, config);
    const tlsNode = config.tls ? (RED.nodes.getNode(config.tls) as unknown as TlsConfigNode | null) : null;
    const connection = new ServiceConnection(() =>
      openClient(config, this.credentials ?? {}, tlsNode?.addTLSOptions({})),
    );
    const { address } = config;
    Object.assign(this, { connection, address } satisfies Pick<SyncServiceNode, 'connection' | 'address'>);
    const onStarted = (): void => void connection.flowsStarted();
    RED.events.on('flows:started', onStarted);
    this.on('close', (done: () => void) => {
      RED.events.off('flows:started', onStarted);
      connection.close().then(done, (error: unknown) => {
        this.error(error);
        done();
      });
    });
  }

  RED.nodes.registerType<Node<SyncServiceCredentials>, SyncServiceConfig, object, SyncServiceCredentials>(
    'sync-service',
    SyncService,
    {
      credentials: { key: { type: 'text' }, secret: { type: 'password' } },
    },
  );
}
