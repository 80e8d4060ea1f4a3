import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from '../test/support/until';

const root = join(__dirname, '..');

/** The local service in a process of its own, as a service has it that is measured beside its clients. */
export class ServiceProcess {
  #output = '';

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (piece: Buffer) => {
      this.#output += piece.toString();
    });
  }

  /** @param edges by `type/id`. @param folder keeps everything in it. */
  static async start(edges: readonly string[], folder: string | undefined): Promise<ServiceProcess> {
    const named = edges.flatMap((edge) => ['--edge', edge]);
    const kept = folder === undefined ? [] : ['--data', folder];
    const command = ['--import', 'tsx', join(root, 'bin', 'edge-sync.ts'), 'local', ...named, ...kept];
    const child = spawn(process.execPath, [...command, '--port', '0', '--edge-port', '0'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const service = new ServiceProcess(child);
    await until('the local service is ready', () => /Ready/.test(service.#output), 60_000);
    return service;
  }

  /** Of the cloud, and of each edge. */
  get addresses(): string[] {
    return Array.from(this.#output.matchAll(/https?:\/\/\S+/g), ([address]) => address);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}
