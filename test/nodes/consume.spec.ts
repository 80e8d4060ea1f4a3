import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import { LocalService } from '../../src/local-service';
import { clientOf } from '../support/clients';
import {
  flowOf,
  give,
  next,
  nodes,
  receivingFlow,
  statusesOf,
  wholeFlow,
  withNodeRed,
} from '../support/flow';
import { place } from '../support/local-pair';
import { freePort } from '../support/ports';
import { asAdmin, cloudNode, edgeNode } from '../support/service-nodes';
import { until } from '../support/until';

describe('sync-consume that waits', () => {
  let service: LocalService;
  let port: number;
  const start = (): Promise<LocalService> =>
    LocalService.start({ intervals: { registration: 1, poll: 5 }, edges: [{ ...place, port }] });

  withNodeRed();
  beforeEach(async () => {
    port = await freePort();
    service = await start();
  });
  afterEach(() => service.stop());

  const load = async (...more: Parameters<typeof wholeFlow>): Promise<void> => {
    const services = [cloudNode(service.cloud.address), edgeNode(`http://127.0.0.1:${port}`)];
    const held = { fetch: { wires: [['fetched']] } };
    await helper.load(nodes, wholeFlow(services, receivingFlow(held), ...more), asAdmin);
  };
  const publish = async (): Promise<void> => {
    await (await clientOf('css')).publish({ objectType: 'rules', objectID: 'r1' }, 'hello');
  };

  it('says that the service is away, and what came of it once it is back', async () => {
    await load();
    const fetched = next('fetched');
    await publish();
    const message = await fetched;
    await service.stop();
    const [shown, consumed] = [statusesOf('consume'), next('consumed')];
    give('consume', message);
    const away = {
      fill: 'yellow',
      shape: 'ring',
      text: 'not reachable: check address and network (1 waiting)',
    };
    await until('it says so', () => JSON.stringify(shown.at(-1)) === JSON.stringify(away));
    service = await start();
    const { outcome } = await consumed;
    await until('the outcome is shown', () => shown.at(-1)?.text === `sync-consume.outcome.${outcome}`);
  });

  for (const [name, called] of [
    ['dashboard', 'dashboard'],
    ['', 'rules'],
  ] as const) {
    it(`says which sync-in has not asked yet: ${name ? 'its name' : 'what it receives'}`, async () => {
      const other = { id: 'other', type: 'sync-in', name, service: 'ess', objectTypes: 'rules' };
      await load([{ ...other, z: 'tab', interval: '0.02', wires: [['seen'], []] }], flowOf('seen'));
      const [fetched, seen] = [next('fetched'), next('seen')];
      await publish();
      const shown = statusesOf('consume');
      const [message, copy] = [await fetched, await seen];
      give('consume', message);
      await until('it says so', () => shown.at(-1)?.text === `1 waiting for ${called}`);
      const consumed = next('consumed');
      give('consume', copy);
      assert.equal((await consumed).outcome, 'consumed');
      await until('nothing waits', () => shown.at(-1)?.text === 'sync-consume.outcome.consumed');
    });
  }
});
