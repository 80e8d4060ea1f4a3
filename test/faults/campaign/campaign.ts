import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { issueCertificate } from '../../../src/local-service/listening/certificate';
import { SeededRandom } from '../../support/random';
import { makeUserDir } from '../../support/user-dir';
import { Disturbances } from './disturbances';
import { type Told, types } from './flow';
import { type Judgement, judge, refusedIn, type Seen } from './judge';
import { emptied } from './outboxes';
import { Publisher } from './publisher';
import { Services } from './services';
import { SmallDisk } from './small-disk';
import { Truth } from './truth';
import { FaultyWire } from './wire';

export interface Campaign {
  seed: number;
  /** How many are published on each side, and how many more on each through its outbox. */
  objects: number;
  /** How many of each at the same time. */
  atOnce: number;
  /** How many have to be thrown at least: objects go on being published until then. */
  faults: number;
  /** How many are published from one disturbance to the next. */
  calm: number;
  /** Told how far it is, after each disturbance and in the end. */
  onProgress(progress: string): void;
}

export interface Outcome extends Judgement {
  readonly published: number;
  /** Entries of outboxes that a fault had refused for good. */
  readonly deadLetters: number;
  /** By type and code: why something was published again. */
  readonly refusals: Record<string, number>;
  readonly handedOut: number;
  /** By name, how often. */
  readonly faults: Record<string, number>;
  readonly disturbances: Record<string, number>;
  /** By code: what the flows were told. */
  readonly failures: Record<string, number>;
}

/** How many of the requests meet a fault. */
const share = 0.15;
/** So many times as many as are published at once, one type may be ahead of another: all kinds travel to the end. */
const lead = 4;

/** Publishes and receives in a real Node-RED while everything around it fails, and judges what came of it. */
export async function run({ seed, objects, atOnce, faults, calm, onProgress }: Campaign): Promise<Outcome> {
  const random = new SeededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
  const { certificate: cert, key } = issueCertificate({ commonName: 'css', names: ['127.0.0.1'] });
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, cert);
  const cloud = await FaultyWire.start({ random, tls: { cert, key } });
  const edge = await FaultyWire.start({ random });
  const userDir = await makeUserDir();
  const seen: Seen[] = [];
  const publishers: Publisher[] = [];
  const disturbances = new Disturbances({
    services: new Services(join(folder, 'services')),
    ...{ cloud, edge, random },
    userDir,
    disk: await SmallDisk.mount(join(userDir.path, 'edge-sync'), folder),
    addresses: { cloud: cloud.address, edge: edge.address, caFile },
    onTold: (told) => seen.push({ ...(told as Told), at: Date.now() }),
    onDeployed: () => {
      for (const each of publishers) each.giveUp();
    },
  });
  const ask = (question: (truth: Truth) => Promise<void>): Promise<void> =>
    Truth.ask({ cloud: cloud.service, edge: edge.service }, question);
  try {
    await disturbances.begin();
    await ask((truth) => truth.registered());
    const thrown = (): number => cloud.thrown.length + edge.thrown.length;
    const isEnough = (): boolean =>
      thrown() >= faults && disturbances.happened.length >= Object.keys(disturbances.kinds).length;
    const least = (): number => Math.min(...publishers.map(({ published }) => published));
    const published = (): number => publishers.reduce((sum, each) => sum + each.published, 0);
    for (const type of types) {
      const isAhead = (): boolean => each.published > least() + lead * atOnce;
      const each = new Publisher({
        ...{ type, objects, atOnce, isAhead, isEnough, random },
        url: () => disturbances.url,
      });
      publishers.push(each);
    }
    let done = false;
    const publishing = Promise.all(publishers.map((each) => each.run())).finally(() => {
      done = true;
    });
    cloud.share = edge.share = share;
    const turns = disturbances.turns();
    // What is still on its way then need not be disturbed any more.
    const isOver = (): boolean => isEnough() && least() >= objects;
    while (!done) {
      const next = published() + calm * (0.5 + random.next());
      while (!done && (isOver() || published() < next)) {
        await pause(20);
        disturbances.check();
      }
      if (done) break;
      await turns.next();
      const last = disturbances.happened.at(-1)?.name;
      onProgress(
        `${published()} published, ${thrown()} faults, ${disturbances.happened.length} disturbances: ${last}`,
      );
    }
    await publishing;
    cloud.share = edge.share = 0;
    onProgress('all is published');
    const all = [...cloud.thrown, ...edge.thrown];
    const deadLetters = await emptied(disturbances.url);
    onProgress('the outboxes are empty');
    const unfinished = new Set([
      ...refusedIn(all),
      ...publishers.flatMap(({ unsure }) => Array.from(unsure)),
    ]);
    await ask((truth) => truth.consumed(unfinished));
    onProgress('all is consumed');
    disturbances.check();
    const { happened } = disturbances;
    const judgement = judge({
      ...{ sent: publishers, seen, thrown: all, disturbances: happened, deadLetters },
      acknowledgements: [cloud, edge].flatMap(({ words }) => words.acknowledgements),
    });
    const impostors = [cloud, edge].flatMap(({ impostor }) => impostor.trusted);
    judgement.wrong.push(
      ...impostors.map((request) => `${request} was sent to somebody who shows another certificate`),
    );
    return {
      ...judgement,
      published: published(),
      deadLetters: deadLetters.length,
      refusals: Object.fromEntries(publishers.flatMap((each) => each.counted)),
      handedOut: seen.filter(({ what }) => what === 'handed out').length,
      faults: counted(all.map(({ name }) => name)),
      disturbances: counted(happened.map(({ name }) => name)),
      failures: counted(seen.filter(({ what }) => what === 'failed').map(({ code }) => String(code))),
    };
  } finally {
    await disturbances.end();
    cloud.close();
    edge.close();
    await userDir.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
