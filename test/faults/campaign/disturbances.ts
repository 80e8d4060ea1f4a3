import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type DeployMode, EmbeddedNodeRed } from '../../support/embedded-node-red';
import type { SeededRandom } from '../../support/random';
import type { UserDir } from '../../support/user-dir';
import { type Addresses, campaignFlow } from './flow';
import type { Services } from './services';
import type { SmallDisk } from './small-disk';
import type { FaultyWire } from './wire';

const run = promisify(execFile);
const hour = 3_600_000;
/** Nothing may come again for these. */
const harmless = /^clock|still$/;

/** Something that happened to a process, from when to when, as Date.now() has it. */
export interface Disturbance {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Whether objects may come again for it. */
  readonly explains: boolean;
}

export interface Stage {
  readonly services: Services;
  readonly cloud: FaultyWire;
  readonly edge: FaultyWire;
  readonly userDir: UserDir;
  /** On which the nodes keep what they keep, where this system has one. */
  readonly disk: SmallDisk | undefined;
  readonly addresses: Addresses;
  readonly random: SeededRandom;
  onTold(told: unknown): void;
  /** A deploy is over, and with it whatever its flows had under way. */
  onDeployed(): void;
}

/** What happens to Node-RED, its disk, its clock and to the services while objects travel. */
export class Disturbances {
  readonly happened: Disturbance[] = [];
  #running: EmbeddedNodeRed | undefined;
  #names = 0;

  constructor(private readonly stage: Stage) {}

  /** Of Node-RED's HTTP nodes; one that is away answers nobody. */
  get url(): string {
    return this.nodeRed.url;
  }

  private get nodeRed(): EmbeddedNodeRed {
    if (!this.#running) throw new Error('Node-RED has not begun');
    return this.#running;
  }

  async begin(): Promise<void> {
    await this.#serve();
    await this.#start();
    await this.#deploy('full');
  }

  /** Each happens once in a turn, in another order each time. */
  async *turns(): AsyncGenerator<void, never> {
    for (;;) {
      for (const [name, disturb] of shuffled(Object.entries(this.kinds), this.stage.random)) {
        const from = Date.now();
        await disturb();
        this.happened.push({ name, from, to: Date.now(), explains: !harmless.test(name) });
        yield;
      }
    }
  }

  get kinds(): Record<string, () => Promise<void>> {
    const { disk } = this.stage;
    return {
      'Node-RED killed': async () => {
        await this.nodeRed.kill();
        await this.#start();
      },
      'Node-RED stopped': async () => {
        await this.nodeRed.stop();
        await this.#start();
      },
      'full deploy': () => this.#deploy('full'),
      'deploy of flows': () => this.#deploy('flows'),
      'deploy of nodes': () => this.#deploy('nodes'),
      'services killed': () => this.#restart('SIGKILL'),
      'services stopped': () => this.#restart('SIGTERM'),
      'Node-RED stands still': () => this.#still((signal) => process.kill(this.nodeRed.pid, signal)),
      'services stand still': () => this.#still((signal) => this.stage.services.signal(signal)),
      'no byte can be written': () => this.#limited('fsize', 0),
      'no more files': () => this.#limited('nofile', 3),
      'clock an hour ahead': () => this.#clock(hour),
      'clock an hour behind': () => this.#clock(-hour),
      'clock a month ahead': () => this.#clock(30 * 24 * hour),
      'clock a month behind': () => this.#clock(-30 * 24 * hour),
      ...(disk && { 'disk full': () => this.#full(disk) }),
    };
  }

  async end(): Promise<void> {
    await this.#running?.kill();
    await this.stage.services.end('SIGKILL');
    await this.stage.disk?.unmount();
  }

  /** @throws Error where Node-RED died by itself. */
  check(): void {
    if (this.nodeRed.hasEnded) throw new Error(`Node-RED died: ${this.nodeRed.printed}`);
  }

  async #start(): Promise<void> {
    const { disk, onTold, userDir } = this.stage;
    this.#running = await EmbeddedNodeRed.start({}, userDir, onTold, disk?.execPath);
  }

  async #deploy(mode: DeployMode): Promise<void> {
    // Something has to be changed for a node to be started anew.
    await this.nodeRed.deploy(campaignFlow(this.stage.addresses, `name ${++this.#names}`), mode);
    this.stage.onDeployed();
  }

  async #restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.stage.services.end(signal);
    await pause(200 + this.stage.random.below(1_000));
    await this.#serve();
  }

  async #serve(): Promise<void> {
    const { services, cloud, edge } = this.stage;
    const addresses = await services.start();
    cloud.service = edge.other = addresses.cloud;
    edge.service = cloud.other = addresses.edge;
  }

  /** By the system itself, for a while. */
  async #limited(resource: 'fsize' | 'nofile', limit: number): Promise<void> {
    const set = (value: string): Promise<unknown> =>
      run('prlimit', ['--pid', String(this.nodeRed.pid), `--${resource}=${value}:`]);
    const { stdout } = await run('prlimit', [
      '--pid',
      String(this.nodeRed.pid),
      `--${resource}`,
      '-o',
      'SOFT',
      '--noheadings',
    ]);
    await set(String(limit));
    await pause(500 + this.stage.random.below(1_000));
    await set(stdout.trim());
  }

  /** As a machine does that swaps, a container that is paused, a snapshot that is taken; seldom for longer than a request may take. */
  async #still(tell: (signal: 'SIGSTOP' | 'SIGCONT') => void): Promise<void> {
    const { random } = this.stage;
    tell('SIGSTOP');
    await pause(random.below(4) === 0 ? 12_000 : 500 + random.below(2_500));
    tell('SIGCONT');
  }

  async #full(disk: SmallDisk): Promise<void> {
    await disk.fill();
    await pause(500 + this.stage.random.below(1_000));
    await disk.empty();
  }

  async #clock(by: number): Promise<void> {
    await this.nodeRed.setClock(by);
    await pause(200 + this.stage.random.below(800));
    await this.nodeRed.setClock(0);
  }
}

function shuffled<T>(from: readonly T[], random: SeededRandom): T[] {
  const rest = [...from];
  return from.flatMap(() => rest.splice(random.below(rest.length), 1));
}
