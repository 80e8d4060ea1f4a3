import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import type { ObjectMetadata, ReceiverState } from '../../src/client';
import { invalidInput, toNodeFailure } from '../common/failure';
import { useService } from '../common/service';
import { StatusLine } from '../common/status';
import { Intake } from './intake';

interface SyncInConfig extends NodeDef {
  service: string;
  /** One or several, separated by commas or spaces. */
  objectTypes: string;
  /** Only this object; empty for all. */
  objectID: string;
  /** Seconds between two polls. */
  interval: string | number;
  window: string | number;
  /** Seconds without acknowledgement after which an object is handed out again. */
  redeliverAfter: string | number;
  maxAttempts: string | number;
  acknowledge: 'flow' | 'delivery';
  /** Hand out what is past its expiration as well. */
  expired: boolean;
}

export default function (RED: NodeAPI): void {
  function SyncIn(this: Node, config: SyncInConfig): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this);
    const report = (error: unknown): void => {
      const failure = toNodeFailure(error);
      status.show({ fill: 'red', shape: 'ring', text: shortText(failure) });
      this.error(failure);
    };
    try {
      // Before the service is used: a node that fails here has no close handler to let go of it.
      const objectTypes = objectTypesOf(config);
      const connection = useService(RED, this, config.service);
      const intake = new Intake(connection, {
        nodeID: this.id,
        objectTypes,
        receiver: {
          interval: positive(config.interval, 5) * 1_000,
          window: positive(config.window, 32),
          redeliverAfter: positive(config.redeliverAfter, 300) * 1_000,
          maxAttempts: positive(config.maxAttempts, 5),
          accepts: (object) => accepts(config, object),
          onExhausted: ({ objectType, objectID }, attempts) =>
            this.warn(
              `${objectType}/${objectID} was not acknowledged in ${attempts} attempts: it rests until it changes`,
            ),
        },
        acknowledgeOnDelivery: config.acknowledge === 'delivery',
        send: (message, object) => this.send(object.deleted ? [null, message] : [message, null]),
        onState: (states) => status.follow(() => statusOf(states)),
        onError: report,
      });
      this.on('close', () => {
        intake.close();
        status.clear();
        connection.deregister(this.id);
      });
      status.show({ fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' });
      void intake.start();
    } catch (error) {
      report(error);
    }
  }

  RED.nodes.registerType('sync-in', SyncIn);
}

function objectTypesOf({ objectTypes }: SyncInConfig): string[] {
  const types = (objectTypes ?? '').split(/[\s,]+/).filter((type) => type !== '');
  if (types.length === 0) throw invalidInput('Enter an object type');
  return Array.from(new Set(types));
}

function accepts(config: SyncInConfig, object: ObjectMetadata): boolean {
  if (config.objectID && object.objectID !== config.objectID) return false;
  // The cloud forgets what has expired, but an edge goes on listing it.
  return config.expired || object.deleted || !object.expiration || Date.parse(object.expiration) > Date.now();
}

function positive(value: string | number, otherwise: number): number {
  const number = Number(value);
  return number > 0 ? number : otherwise;
}

/** The worst of the states, since each object type has its own poll. */
function statusOf(states: readonly ReceiverState[]): NodeStatus {
  const failing = states.find(({ phase }) => phase === 'backing-off');
  if (failing) {
    const text = failing.error ? shortText(failing.error) : 'node-red:common.status.error';
    return { fill: 'red', shape: 'ring', text };
  }
  const full = states.find(({ phase }) => phase === 'full');
  if (full) return { fill: 'yellow', shape: 'dot', text: `${full.inFlight} not consumed` };
  if (states.some(({ phase }) => phase === 'connecting')) {
    return { fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' };
  }
  const age =
    Math.floor((Date.now() - Math.min(...states.map(({ lastSuccess }) => lastSuccess ?? 0))) / 10_000) * 10;
  const text = age >= 10 ? `polled ${age} s ago` : 'node-red:common.status.connected';
  return { fill: 'green', shape: 'dot', text };
}

const shortTexts: Record<string, string> = {
  SYNC_UNREACHABLE: 'not reachable',
  SYNC_UNAUTHORIZED: 'not authorized',
  SYNC_TLS: 'certificate not trusted',
  SYNC_TIMEOUT: 'no answer',
  SYNC_WRONG_SERVICE_KIND: 'wrong kind of service',
};

function shortText({ code, message }: { code: string; message: string }): string {
  return shortTexts[code] ?? message.slice(0, 40);
}
