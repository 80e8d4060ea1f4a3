import type { Case, Contender, Task } from '../case';
import type { Stage } from '../stage';
import type { ReceiveTask } from '../tasks';

const bytes = 1_024;
/**
 * How many are received, and how many before that. A receiver runs for weeks, and after 2,000 objects V8 is busy
 * compiling still: of ours, which is more code, that was a quarter of the CPU.
 */
const [objects, warming] = [4_000, 8_000];
/** Our receiver reads the list once for so many of them, as its row tells: so the peer does too. */
const forOneList = 700;

async function prepare(stage: Stage, share: number, checkVersion: boolean): Promise<ReceiveTask & Task> {
  const count = Math.round(objects * share);
  const warmCount = Math.round(warming * share);
  return {
    edge: await stage.edge(),
    objectType: await stage.objectsAtEdge(count, bytes),
    warmType: await stage.objectsAtEdge(warmCount, bytes),
    count,
    warmCount,
    atOnce: 16,
    checkVersion,
    lists: Math.round(count / forOneList),
  };
}

const twoRequests: Contender = { name: 'two requests', program: 'receive-bare' };
const ours: Contender = { name: 'ours', program: 'receive' };

export const receive: Case = {
  name: 'receive',
  about:
    'receives, fetches and acknowledges objects of 1 KiB, against two requests by undici and as many lists',
  contenders: [
    twoRequests,
    { name: 'two requests, no list', program: 'receive-bare', task: { lists: 0 } },
    ours,
  ],
  limits: { time: 2, cpu: 1.9 },
  quick: { share: 0.25 },
  prepare: (stage, share) => prepare(stage, share, true),
};

export const receiveUnchecked: Case = {
  name: 'receive-unchecked',
  about: 'the same without a question for the version',
  contenders: [twoRequests, ours],
  limits: { time: 1.3, cpu: 1.4 },
  prepare: (stage, share) => prepare(stage, share, false),
};

export const receiveSame: Case = {
  name: 'receive-same',
  about: 'receives, fetches and acknowledges objects of 1 KiB, against the same four requests by undici',
  contenders: [{ name: 'four requests', program: 'receive-bare', task: { asksForVersions: true } }, ours],
  limits: { time: 1.15, cpu: 1.15 },
  prepare: (stage, share) => prepare(stage, share, true),
};
