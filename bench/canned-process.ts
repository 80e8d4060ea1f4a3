import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** canned-service.ts in a process of its own. */
export class CannedProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly address: string,
  ) {}

  static async start(): Promise<CannedProcess> {
    const command = ['--import', 'tsx', join(__dirname, 'canned-service.ts')];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [address]: Buffer[] = await once(child.stdout, 'data');
    return new CannedProcess(child, String(address).trim());
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}
