import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case, Contender, Task } from '../case';
import { headersOf, type Place } from '../place';
import type { Stage } from '../stage';

const mebibyte = 1_048_576;
const whole = 512;
/** What does not grow with the data weighs more in little of it. */
const shortOf = { share: 0.125, limits: { cpu: 4 } };

/** curl in the protocol of contenders: the shell tells what CPU it took. */
function curl(work: string): Contender {
  const script = `
    address=$(printf %s "$EDGE_SYNC_BENCH_TASK" | sed 's/.*"url":"\\([^"]*\\)".*/\\1/')
    file=$(printf %s "$EDGE_SYNC_BENCH_TASK" | sed 's/.*"file":"\\([^"]*\\)".*/\\1/')
    header=$(printf %s "$EDGE_SYNC_BENCH_TASK" | sed 's/.*"header":"\\([^"]*\\)".*/\\1/')
    echo ready
    read go
    TIMEFORMAT='%3U,%3S'
    took=$( { time { ${work}; } >/dev/null 2>&1; } 2>&1 ) || exit
    echo "done {\\"children\\":[$took]}"
    read end`;
  return { name: 'curl', program: ['bash', '-c', script] };
}

/** A file has been written when it is on the disk: ours waits for that. */
const fetch = 'curl -sSf -H "$header" -o "$file" "$address" && sync "$file"';
const download = `${fetch} && rm "$file"`;
const verified = `${fetch} && sha256sum "$file" && rm "$file"`;
const upload = 'curl -sSf -H "$header" -H "Expect:" -T "$file" "$address"';

/** @param parent where its files go: what --folder says unless given. */
async function task(
  stage: Stage,
  share: number,
  parent?: string,
): Promise<Task & { bytes: number; file: string }> {
  const edge: Place = await stage.canned();
  const bytes = Math.round(whole * share) * mebibyte;
  const objectType = `data-${bytes}`;
  return {
    edge,
    objectType,
    bytes,
    url: `${edge.address}/api/v1/objects/${objectType}/o/data`,
    header: `Authorization: ${headersOf(edge).authorization}`,
    file: join(await stage.folder(parent), 'data'),
  };
}

const bare: Contender = { name: 'bare undici', program: 'download-bare' };
const ours: Contender = { name: 'ours', program: 'transfer', task: { upload: false } };

export const downloads: Case = {
  name: 'download',
  about: `${whole} MiB to a file, synced, against curl; --folder says on which disk`,
  contenders: [curl(download), ours],
  limits: { time: 1.2, cpu: 1.9, memory: 64 },
  quick: shortOf,
  prepare: (stage, share) => task(stage, share),
};

const longer = withoutQuick(downloads);

export const downloadToMemory: Case = {
  ...longer,
  name: 'download-memory',
  about: `${whole} MiB to a file in memory (/dev/shm), against curl`,
  limits: { time: 1.8, cpu: 2.6, memory: 64 },
  prepare: (stage, share) => task(stage, share, '/dev/shm'),
};

export const downloadBare: Case = {
  ...longer,
  name: 'download-undici',
  about: `${whole} MiB to a file, synced, against bare undici that writes by the mebibyte`,
  contenders: [bare, ours],
  limits: { time: 1.1, cpu: 1.1, memory: 64 },
};

export const downloadSigned: Case = {
  ...longer,
  name: 'download-signed',
  about: `${whole} MiB to a file, synced, its signature verified, against curl and sha256sum`,
  contenders: [curl(verified), { ...ours, task: { upload: false, signed: true } }],
  limits: { time: 1.2, cpu: 1.2, memory: 64 },
};

export const downloadBesideFlows: Case = {
  ...longer,
  name: 'download-flows',
  about: `${whole} MiB to a file, synced, beside flows that keep 64 MiB, against curl and bare undici`,
  contenders: [curl(download), bare, { ...ours, task: { upload: false, flows: 64 } }],
};

export const uploads: Case = {
  name: 'upload',
  about: `${whole} MiB from a file, against curl`,
  contenders: [
    curl(upload),
    { name: 'bare node:http', program: 'upload-bare' },
    { name: 'ours', program: 'transfer', task: { upload: true } },
  ],
  limits: { time: 1.15, cpu: 1.3, memory: 64 },
  quick: shortOf,
  prepare: async (stage, share) => {
    const prepared = await task(stage, share);
    const handle = await open(prepared.file, 'w');
    const piece = Buffer.alloc(mebibyte, 'x');
    for (let written = 0; written < prepared.bytes; written += piece.length) await handle.write(piece);
    await handle.close();
    return prepared;
  },
};

/** A gibibyte in the heap of a small gateway. */
function gibibyte(name: string, of: Case, isUpload: boolean): Case {
  return {
    ...of,
    name,
    about: `a gibibyte ${isUpload ? 'from' : 'to'} a file with 128 MiB of heap: memory above idle`,
    contenders: [
      {
        name: 'ours',
        program: 'transfer',
        options: ['--max-old-space-size=128'],
        task: { upload: isUpload },
      },
    ],
    limits: { memory: 64 },
    prepare: (stage) => of.prepare(stage, 2),
  };
}

export const downloadLarge = withoutQuick(gibibyte('download-large', downloads, false));
export const uploadLarge = withoutQuick(gibibyte('upload-large', uploads, true));

function withoutQuick({ quick: _, ...rest }: Case): Case {
  return rest;
}
