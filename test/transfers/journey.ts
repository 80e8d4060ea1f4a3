import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { ChunkStore } from '../support/chunk-store';
import { contentOf, digestOfContent } from '../support/content';
import { dataService } from '../support/data-service';
import { program } from '../support/program';
import { BrokenLine, type Mishap } from './broken-line';

export interface Journey {
  /** Of the data, in bytes. */
  size: number;
  /** How often the line breaks. */
  cuts: number;
  /** How often the process is killed. */
  kills: number;
}

export interface Arrival {
  /** Bytes of the line in the direction of the data, heads and all. */
  wire: number;
  /** SHA-256 of what arrived, and of what should have. */
  digests: [string, string];
  /** What else than the file is left in its folder. */
  left: string[];
  processes: number;
  /** Where each question for the data began. */
  asked: (number | undefined)[];
}

/** The processes that transfer, one after the other, each until it is done or killed. */
class Processes {
  count = 0;
  #running: ChildProcess | undefined;

  async kill(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  async run(...args: string[]): Promise<void> {
    for (;;) {
      this.count += 1;
      this.#running = spawn(process.execPath, [program(require.resolve('./worker')), ...args], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      const [code, signal] = (await once(this.#running, 'exit')) as [number | null, string | null];
      if (signal !== 'SIGKILL') {
        if (code !== 0) throw new Error(`The process ended with ${code ?? signal}`);
        return;
      }
    }
  }
}

/** A line is slow: what has passed is taken before it breaks. In ms. */
const slowness = 50;

/**
 * Cuts and kills at even distances, in turn.
 *
 * @param noted how much of the data a process would go on from.
 */
function mishaps(
  { size, cuts, kills }: Journey,
  processes: Processes,
  noted: () => Promise<number>,
): Mishap[] {
  const count = cuts + kills;
  return Array.from({ length: count }, (_, index) => {
    const after = Math.floor((size * (index + 1)) / (count + 1));
    const isKill = Math.floor(((index + 1) * kills) / count) > Math.floor((index * kills) / count);
    return {
      after,
      async happen() {
        if (!isKill) return pause(slowness);
        for (let [before, now] = [-1, 0]; now === 0 || before !== now; before = now, now = await noted()) {
          await pause(10 * slowness);
        }
        await processes.kill();
      },
    };
  });
}

/** How much of its data a part file in the folder vouches for: each piece but the last is of a mebibyte. */
async function notedIn(folder: string): Promise<number> {
  const [part] = (await readdir(folder)).filter((name) => name.endsWith('.part'));
  const record = part && (await stat(join(folder, part, 'record')).catch(() => undefined));
  return record ? (record.size / 8) * 1_048_576 : 0;
}

/** Where a chunk begins that was taken whole. */
function startOf(asked: string): number | undefined {
  const [, start] = /^PUT (\d+)-/.exec(asked) ?? [];
  return start === undefined ? undefined : Number(start);
}

/** Uploads a file in chunks over a line that breaks, by processes that are killed. */
export async function upload(journey: Journey, chunkSize: number): Promise<Arrival> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-sync-journey-'));
  const store = await ChunkStore.start(false);
  const processes = new Processes();
  const plan = mishaps(journey, processes, async () => store.asked.length);
  const line = await BrokenLine.start(store.address, 'toService', plan);
  try {
    const file = join(folder, 'model');
    await pipeline(Readable.from(contentOf(0, journey.size)), createWriteStream(file));
    await processes.run('upload', line.address, file, join(folder, 'journal'), String(chunkSize));
    const { parts, metadata, status } = store.get('t/o');
    const wanted = parts.map((_, index) =>
      digestOfContent(index * chunkSize, Math.min(journey.size, (index + 1) * chunkSize)),
    );
    return {
      wire: line.passed.toService,
      digests: [parts.map(({ digest }) => digest).join(), wanted.join()],
      left: status === 'ready' && metadata.objectSize === journey.size ? [] : [status],
      processes: processes.count,
      asked: store.asked.map(startOf),
    };
  } finally {
    await line.close();
    await store.close();
    await rm(folder, { recursive: true });
  }
}

/** Downloads to a file over a line that breaks, by processes that are killed. */
export async function download(journey: Journey): Promise<Arrival> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-sync-journey-'));
  const service = await dataService(journey.size);
  const processes = new Processes();
  const plan = mishaps(journey, processes, () => notedIn(folder));
  const line = await BrokenLine.start(service.address, 'toClient', plan);
  try {
    const file = join(folder, 'model');
    await processes.run('download', line.address, file);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    return {
      wire: line.passed.toClient,
      digests: [hash.digest('hex'), digestOfContent(0, journey.size)],
      left: (await readdir(folder)).filter((name) => name !== 'model'),
      processes: processes.count,
      asked: service.asked,
    };
  } finally {
    await line.close();
    await service.close();
    await rm(folder, { recursive: true });
  }
}
