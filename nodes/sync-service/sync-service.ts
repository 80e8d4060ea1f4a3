import '../common/node-version';
import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { OutboxState } from '../../src/client';
import { systemClock } from '../../src/system/clock';
import { toNodeFailure } from '../common/failure';
import { metrics } from '../common/metrics/metrics';
import { listen } from '../common/runtime-events';
import { checkSaved } from '../common/saved-check';
import { labelsOf, settingsOf } from '../common/settings';
import { credentialsOf } from '../common/table';
import { sharedText } from '../common/text';
import { fillSettings, variablesOf } from '../common/variables';
import { serveDialogs } from './admin';
import type { SyncServiceCredentials, SyncServiceNode, SyncServiceSettings } from './configuration';
import { ServiceConnection } from './connection';
import { table } from './fields';
import { folderOf } from './folder';
import { withJournal } from './journals';
import texts from './locales/en-US/sync-service.json';
import { serveMetrics } from './metrics-route';
import { isUnverified, openClient } from './open';
import { Outage } from './outage';
import { ServiceOutbox } from './outbox';
import { outboxLimits } from './outbox-limits';
import { OutboxReport } from './outbox-report';
import { refuseMissingTls, type TlsOptions, tlsOf } from './tls';

const labels = labelsOf(texts['sync-service']);

export default function (RED: NodeAPI): void {
  serveDialogs(RED);
  serveMetrics(RED);

  function SyncService(this: Node<SyncServiceCredentials>, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const { settings, refuse } = readSaved(config, this);
    // Looked for whenever it is needed: one that was deleted may come back, and Node-RED does not start this node again for that.
    const tls = (): TlsOptions | undefined => tlsOf(RED, settings);
    const connection = new ServiceConnection(
      () =>
        withJournal(RED, this, async (memory) => {
          refuse();
          const filled = fillSettings(table, settings, variablesOf(RED, this), labels);
          const options = tls();
          if (!options) refuseMissingTls(filled);
          return openClient(filled, this.credentials ?? {}, options, memory);
        }),
      systemClock,
      () => (isUnverified(settings, tls()) ? sharedText('status.unverified') : undefined),
    );
    const report = new OutboxReport(RED, this, connection.clock);
    const root = folderOf(RED.settings);
    const folder = root === undefined ? undefined : join(root, this.id, 'outbox');
    const outbox = new ServiceOutbox({
      connection,
      folder,
      limits: outboxLimits(settings),
      listener: report,
    });
    const outage = new Outage(this);
    Object.assign(this, { connection, outbox, outage, settings } satisfies Omit<SyncServiceNode, keyof Node>);
    let outboxState: OutboxState | undefined;
    outbox.onState((state) => {
      outboxState = state;
    });
    const unwatch = metrics.watchOutbox(this.id, () => outboxState);
    // What fails is reported.
    const resume = (): void => void outbox.resume().catch(() => undefined);
    resume();
    let lackedTls = !tls();
    const onStarted = (): void => {
      void connection.flowsStarted();
      const lacksTls = !tls();
      if (lackedTls && !lacksTls) resume();
      lackedTls = lacksTls;
    };
    const unlisten = listen(RED.events, 'flows:started', onStarted);
    this.on('close', (removed: boolean, done: () => void) => {
      unlisten();
      unwatch();
      const kept = outbox.close().then((waiting) => {
        if (removed) report.onRemoved(waiting, folder);
      });
      void Promise.allSettled([kept, connection.close()]).then((closed) => {
        report.close();
        for (const each of closed) if (each.status === 'rejected') this.error(each.reason);
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

/** What the dialog has saved. One that says what cannot be is there for the nodes that have chosen it: they hear of it. */
function readSaved(config: NodeDef, node: Node): { readonly settings: SyncServiceSettings; refuse(): void } {
  try {
    checkSaved(table, config, labels, node);
    return { settings: settingsOf(table, config), refuse: () => undefined };
  } catch (error) {
    node.error(toNodeFailure(error).message);
    return {
      // It reaches nothing: what a dialog posts is not what is deployed.
      settings: settingsOf(table, { connection: '' }),
      refuse() {
        throw error;
      },
    };
  }
}
