import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const command = resolve(__dirname, '../../../dist/bin/edge-sync.js');

/** Where they listen: elsewhere each time, since somebody may take a port meanwhile. */
export interface Addresses {
  cloud: string;
  edge: string;
}

/** A local cloud with an edge in a process of their own, which keep what they have in a folder. */
export class Services {
  #child: ChildProcess | undefined;

  constructor(private readonly folder: string) {}

  async start(): Promise<Addresses> {
    const options = ['local', '--data', this.folder, '--port', '0', '--edge-port', '0'];
    const child = spawn(process.execPath, [command, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => {
        printed += text.toString();
      });
    }
    return new Promise((started, failed) => {
      child.stdout.on('data', () => {
        const [cloud, edge] = printed.match(/http:\S+(?=\s)/g) ?? [];
        if (cloud !== undefined && edge !== undefined) started({ cloud, edge });
      });
      child.once('exit', (code) => failed(new Error(`The services ended with ${code}: ${printed}`)));
    });
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** @param signal SIGTERM lets them end in good order, SIGKILL does not. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
