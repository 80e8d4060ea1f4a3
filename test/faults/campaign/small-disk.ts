import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What mounts it, says so, and keeps it until nobody holds the other end of its input. */
const mounting = 'mount -t tmpfs -o size=32m none "$1" && echo mounted && exec cat';

/** A filesystem of a few MiB, which only processes that are started in its name space see; so no root is needed. */
export class SmallDisk {
  private constructor(
    private readonly path: string,
    private readonly holder: ChildProcess,
    /** Runs Node.js where the disk is seen. */
    readonly execPath: string,
  ) {}

  /** @returns undefined where this system lets nobody but root mount one, or enter where it is mounted. */
  static async mount(path: string, folder: string): Promise<SmallDisk | undefined> {
    await mkdir(path, { recursive: true });
    const holder = spawn('unshare', ['--map-root-user', '--mount', 'sh', '-c', mounting, 'sh', path], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const isMounted = await Promise.race([
      once(holder, 'error').then(() => false),
      once(holder, 'exit').then(() => false),
      once(holder.stdout, 'data').then(() => true),
    ]);
    if (!isMounted) return undefined;
    const execPath = join(folder, 'node');
    await writeFile(execPath, `#!/bin/sh\nexec nsenter ${entering(holder)} ${process.execPath} "$@"\n`);
    await chmod(execPath, 0o755);
    const disk = new SmallDisk(path, holder, execPath);
    const isEntered = await run(execPath, ['--version']).then(
      () => true,
      () => false,
    );
    if (isEntered) return disk;
    await disk.unmount();
    return undefined;
  }

  /** Until there is no byte left. */
  async fill(): Promise<void> {
    await this.#inside('dd if=/dev/zero of="$1/filling" bs=64k 2>/dev/null || true');
  }

  async empty(): Promise<void> {
    await this.#inside('rm -f "$1/filling"');
  }

  async unmount(): Promise<void> {
    if (this.holder.exitCode !== null) return;
    const ended = once(this.holder, 'exit');
    this.holder.stdin?.end();
    await ended;
  }

  async #inside(command: string): Promise<void> {
    await run('nsenter', [...entering(this.holder).split(' '), 'sh', '-c', command, 'sh', this.path]);
  }
}

function entering({ pid }: ChildProcess): string {
  return `--target ${pid} --user --mount --preserve-credentials`;
}
