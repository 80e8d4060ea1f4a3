import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LocalService } from '../../src/local-service';
import { type DeployMode, EmbeddedNodeRed, type Held } from '../support/embedded-node-red';
import { SeededRandom, seedOf } from '../support/random';
import { until } from '../support/until';
import { ChangingFlow } from './flow';
import { type Passage, ServiceProxy } from './proxy';
import { Traffic } from './traffic';

/** What the design promises of a deploy, in ms. */
const longestClosing = 10_000;
/** No machine should need so long, in ms, until every object is consumed. */
const bound = 90_000;
/** Nor so long until what a Node-RED held is let go of. */
const lettingGo = 45_000;

/**
 * Deploys again and again while objects travel and the way to the services breaks, and looks at what is left behind.
 *
 * @param seed another one each time, unless it or EDGE_SYNC_SEED is given.
 */
export function deploysUnderTraffic(deploys: number, seed?: number): void {
  describe(`${deploys} deploys under traffic`, function () {
    this.timeout(4 * bound + deploys * (longestClosing + 2_000));
    const random = new SeededRandom(seedOf('EDGE_SYNC_SEED', seed));
    let folder: string;
    let service: LocalService;
    let cloud: ServiceProxy;
    let edge: ServiceProxy;
    let nodeRed: EmbeddedNodeRed;
    let traffic: Traffic;
    let weather: Weather;

    before(async () => {
      const place = { organization: 'demo', destinationType: 'gateway', destinationID: 'edge1' };
      folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
      service = await LocalService.start({
        // Nobody else takes the place of a cloud that is away on a socket.
        cloud: { socketPath: join(folder, 'css.sock') },
        edges: [place],
        intervals: { registration: 1, poll: 50 },
      });
      [cloud, edge, nodeRed] = await Promise.all([
        ServiceProxy.start(service.cloud.address),
        ServiceProxy.start(service.edges[0]?.address ?? ''),
        EmbeddedNodeRed.start(),
      ]);
      traffic = new Traffic(service);
      weather = new Weather(service, [cloud, edge], new SeededRandom(random.seed + 1));
    });
    after(async () => {
      await weather?.clear();
      await traffic?.close();
      await nodeRed?.kill();
      await Promise.all([cloud?.close(), edge?.close()]);
      await service?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    it('lose no object, close in time, and leave nothing behind', async () => {
      console.log(`      EDGE_SYNC_SEED=${random.seed}`);
      const flow = new ChangingFlow({ cloud: cloud.address, edge: edge.address, hooks: nodeRed.url });
      await nodeRed.deploy(flow.nothing, 'full');
      const before = await settled(nodeRed);
      const closings: number[] = [];
      const deploy = async (mode: DeployMode, flows = flow.flows): Promise<void> => {
        closings.push(Math.round((await nodeRed.deploy(flows, mode)).closing));
      };

      await deploy('full');
      weather.begin();
      for (let done = 0; done < deploys; done += 1) {
        const changes = Array.from({ length: random.below(4) }, () => flow.change(random));
        const mode = random.pick<DeployMode>(['full', 'flows', 'nodes']);
        const dark = done % 10 === 5;
        if (dark) await weather.darken();
        await deploy(mode);
        if (dark) weather.brighten();
        const [closing = 0] = closings.slice(-1);
        assert.ok(closing < longestClosing, `${mode} with ${changes.join(', ')} took ${closing} ms to close`);
        await pause(random.below(800));
      }

      await weather.clear();
      const meanwhile = await traffic.count();
      const consumed = meanwhile.objects - meanwhile.waiting.length;
      assert.ok(consumed > 0, 'nothing travelled during the deploys');
      flow.restore();
      // Not by a full one, which would begin anew with everything that may have got stuck.
      await deploy('nodes');
      await traffic.stop();
      const objects = await untilConsumed(traffic);

      await deploy('nodes', flow.nothing);
      for (const side of [service.cloud, ...service.edges]) {
        for (const type of ['readings', 'orders', 'up']) {
          assert.deepEqual(side.webhooks.of('demo', type), [], `a webhook of ${type} is left behind`);
        }
      }
      await until('no connection is left', () => cloud.connections + edge.connections === 0, lettingGo);
      assert.deepEqual(await settled(nodeRed, before), before);
      assert.deepEqual(await nodeRed.warnings(), []);
      assert.deepEqual(unexpected(nodeRed.printed), []);
      assert.equal(await nodeRed.stop(), 0, 'something keeps its process running');
      const longest = Math.max(...closings);
      console.log(`      ${closings.length} deploys, the slowest closed in ${longest} ms`);
      console.log(`      ${objects} objects, ${consumed} consumed during the deploys and all in the end`);
    });
  });
}

/** What was logged beside failures of the service, and what a node says whose sync-service was just removed or disabled. */
function unexpected(printed: string): string[] {
  const expected = [
    / The sync-service of this node is gone: choose another$/,
    / The sync-service \w+ is disabled: enable it, or choose another$/,
    / did not reach the service \(\w+\)$/,
    / took too long$/,
  ];
  const lines = printed.split('\n').filter((line) => line !== '');
  return lines.filter((line) => !expected.some((each) => each.test(line)));
}

/** @returns how many objects there are. */
async function untilConsumed(traffic: Traffic): Promise<number> {
  let waiting: string[] = [];
  const look = async (): Promise<number | false> => {
    const count = await traffic.count();
    waiting = count.waiting;
    return waiting.length === 0 && count.objects;
  };
  return until('every object is consumed', look, bound).catch((error: Error) => {
    throw new Error(`${error.message}, ${waiting.length} are not: ${waiting.slice(0, 10).join(' ')}`);
  });
}

/** What a Node-RED holds once that changes no more, or once it is what was expected. */
async function settled(nodeRed: EmbeddedNodeRed, expected?: Held): Promise<Held> {
  const deadline = Date.now() + lettingGo;
  let last: Held | undefined;
  for (;;) {
    const held = await nodeRed.held();
    const wanted = expected ?? last;
    if ((wanted && same(held, wanted)) || Date.now() > deadline) return held;
    last = held;
    await pause(1_000);
  }
}

function same(one: Held, other: Held): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Has the cloud, and the ways to both services, up and down in turns. */
class Weather {
  readonly #over = new AbortController();
  #changing: Promise<void> = Promise.resolve();
  #dark = false;

  constructor(
    private readonly service: LocalService,
    private readonly ways: readonly ServiceProxy[],
    private readonly random: SeededRandom,
  ) {}

  begin(): void {
    this.#changing = this.#change();
  }

  /** No answer comes any more, and questions have been asked meanwhile. */
  async darken(): Promise<void> {
    this.#dark = true;
    for (const way of this.ways) way.pass('silent');
    await pause(1_000);
  }

  brighten(): void {
    this.#dark = false;
    for (const way of this.ways) way.pass('up');
  }

  /** Everything is up from now on. */
  async clear(): Promise<void> {
    this.#over.abort();
    for (const way of this.ways) way.pass('up');
    await this.#changing;
  }

  async #change(): Promise<void> {
    const { signal } = this.#over;
    const { cloud } = this.service;
    while (!signal.aborted) {
      for (const way of this.#dark ? [] : this.ways) {
        way.pass(this.random.pick<Passage>(['up', 'up', 'up', 'slow', 'silent', 'cut']));
      }
      // An edge answers no acknowledgement while its cloud is away.
      const away = this.random.below(6) === 0;
      if (away) await cloud.stop();
      await pause(200 + this.random.below(1_500), undefined, { signal }).catch(() => undefined);
      if (away) await cloud.start();
    }
    for (const way of this.ways) way.pass('up');
  }
}
