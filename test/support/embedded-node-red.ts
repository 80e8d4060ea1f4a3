import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { program } from './program';
import { until } from './until';
import { makeUserDir, type UserDir } from './user-dir';

export type DeployMode = 'full' | 'flows' | 'nodes';

export interface Flows {
  flows: { id: string; type: string; [property: string]: unknown }[];
  /** By node ID; those that are not given stay as they are. */
  credentials?: Record<string, Record<string, string>>;
}

export interface Deployed {
  /** How long it took until all nodes that were stopped had closed, in ms. */
  closing: number;
}

/** What a Node-RED holds. */
export interface Held {
  /** What keeps the process running, by kind. */
  resources: Record<string, number>;
  /** All timers, by the place that set them. */
  timers: Record<string, number>;
  routes: { node: number; admin: number };
  listeners: Record<string, Record<string, number>>;
}

type Answer = { id: number; result?: unknown; error?: string } | { told: unknown };

/** A Node-RED with the built package in a process of its own, and an end of its HTTP nodes on loopback. */
export class EmbeddedNodeRed {
  /** Of its HTTP nodes. */
  url = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  readonly #asked = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #printed = '';
  #lastID = 0;

  private constructor(
    private readonly own: UserDir | undefined,
    environment: NodeJS.ProcessEnv,
    private readonly onTold: (told: unknown) => void,
    execPath: string,
  ) {
    this.#child = fork(program(join(__dirname, 'embedded.ts')), {
      execPath,
      execArgv: ['--expose-gc'],
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        this.#printed += text.toString();
      });
    }
    this.#ended = once(this.#child, 'close');
    this.#child.on('message', (answer: Answer) => {
      if ('told' in answer) {
        this.onTold(answer.told);
        return;
      }
      const asked = this.#asked.get(answer.id);
      this.#asked.delete(answer.id);
      if (answer.error === undefined) asked?.resolve(answer.result);
      else asked?.reject(new Error(answer.error));
    });
    void this.#ended.then(([code]) => {
      for (const { reject } of this.#asked.values()) {
        reject(new Error(`Node-RED ended with ${String(code)}: ${this.#printed}`));
      }
    });
  }

  /**
   * @param given that of one before, which stays as it is at the end; one of its own, which goes with it, unless given.
   * @param onTold called with what function nodes of the flow give to `global.get('tell')`.
   * @param execPath what runs it as Node.js would.
   */
  static async start(
    environment: NodeJS.ProcessEnv = {},
    given?: Pick<UserDir, 'path'>,
    onTold: (told: unknown) => void = () => undefined,
    execPath = process.execPath,
  ): Promise<EmbeddedNodeRed> {
    const own = given ? undefined : await makeUserDir();
    const nodeRed = new EmbeddedNodeRed(own, environment, onTold, execPath);
    nodeRed.url = (await nodeRed.#ask('start', (given ?? own)?.path)) as string;
    return nodeRed;
  }

  /** What it has logged, and what its process has printed. */
  get printed(): string {
    return this.#printed;
  }

  async deploy(flows: Flows, mode: DeployMode): Promise<Deployed> {
    let deployed: Deployed | undefined;
    let failure: unknown;
    this.#ask('deploy', flows, mode).then(
      (result) => {
        deployed = result as Deployed;
      },
      (error: unknown) => {
        failure = error;
      },
    );
    await until('the flows have started', () => deployed !== undefined || failure !== undefined, 60_000);
    if (!deployed) throw failure;
    return deployed;
  }

  /** Serves its admin interface from now on. @returns where. */
  admin(): Promise<string> {
    return this.#ask('admin') as Promise<string>;
  }

  held(): Promise<Held> {
    return this.#ask('held') as Promise<Held>;
  }

  /** Of its process. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether its process has ended, by whomever. */
  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Sets its clock. @param by in ms, beside the real time. */
  async setClock(by: number): Promise<void> {
    await this.#ask('setClock', by);
  }

  /** As the editor gets them. */
  flows(): Promise<unknown> {
    return this.#ask('flows');
  }

  /** What Node itself warned of. */
  warnings(): Promise<string[]> {
    return this.#ask('warnings') as Promise<string[]>;
  }

  /**
   * Stops Node-RED, but not its process: that ends when nothing holds it any more.
   *
   * @returns the exit code.
   */
  async stop(): Promise<number | null> {
    await this.#ask('stop');
    const [code] = await this.#ended;
    await this.own?.remove();
    return code as number | null;
  }

  /** Resolves once its process has ended. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  /** For the end of a test that failed. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.kill('SIGKILL')) await this.#ended;
    await this.own?.remove();
  }

  #ask(command: string, ...values: unknown[]): Promise<unknown> {
    const id = ++this.#lastID;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#child.send({ id, command, values }, (error) => {
        if (error) reject(error);
      });
    });
  }
}
