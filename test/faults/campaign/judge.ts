import type { OutboxEntry } from '../../../src/client';
import type { Disturbance } from './disturbances';
import { receivers, redeliverAfter, type Told } from './flow';
import { historyOf } from './history';
import type { Sent } from './publisher';
import type { Thrown } from './wire';

export interface Seen extends Told {
  /** As Date.now() has it. */
  readonly at: number;
}

export interface Evidence {
  readonly sent: readonly Sent[];
  readonly seen: readonly Seen[];
  readonly thrown: readonly Thrown[];
  readonly disturbances: readonly Disturbance[];
  /** What the outboxes hold that was refused for good. */
  readonly deadLetters: readonly OutboxEntry[];
}

export interface Judgement {
  /** Each a sentence, with the history of its object. */
  readonly lost: string[];
  readonly wrong: string[];
  readonly unexplained: string[];
  readonly duplicates: number;
}

/** What the guarantees promise of all that was published: none lost, none wrong, and each that came twice for a reason. */
export function judge(evidence: Evidence): Judgement {
  const judgement: Judgement = { lost: [], wrong: [], unexplained: [], duplicates: 0 };
  const both = evidence.sent.flatMap((sent) => receivers[sent.type].map((receiver) => ({ receiver, sent })));
  for (const { objectID, reason } of evidence.deadLetters.filter((each) => !isRefused(each, evidence)))
    judgement.wrong.push(`${objectID} was refused for good, and nobody had refused it: ${reason?.message}`);
  let duplicates = 0;
  for (const { receiver, sent } of both) {
    const byID = grouped(
      // A sync-in itself fails without an object.
      evidence.seen.filter((each) => each.receiver === receiver && each.objectID !== ''),
      ({ objectID }) => objectID,
    );
    for (const [id, versions] of sent.versions) {
      duplicates += judgeObject(
        `${receiver}: ${id}`,
        byID.get(id) ?? [],
        {
          versions,
          isSure: !sent.unsure.has(id) && !mayBeRefused(id, sent, evidence),
          refused: refusedOf(id, evidence),
        },
        evidence,
        judgement,
      );
    }
    for (const id of byID.keys()) {
      if (!sent.versions.has(id)) judgement.wrong.push(`${receiver}: ${id} was never published`);
    }
  }
  const told = (sentences: readonly string[]): string[] =>
    sentences.map((sentence) => {
      const [id = ''] = /(kept-)?(up|down)-\d+/.exec(sentence) ?? [];
      return [sentence, ...historyOf(id, evidence)].join('\n');
    });
  const { lost, wrong, unexplained } = judgement;
  return { lost: told(lost), wrong: told(wrong), unexplained: told(unexplained), duplicates };
}

interface Published {
  versions: readonly string[];
  isSure: boolean;
  /** The lengths of those that an outbox has among its dead letters. */
  refused: ReadonlySet<number>;
}

/** Whether a false 403 met its last version on its way to the cloud: dead letters yield in an outbox that is full. */
function mayBeRefused(id: string, { since, type }: Sent, { thrown }: Evidence): boolean {
  const wasMet = ({ at, method, name, path }: Thrown): boolean =>
    name === '403' && method === 'PUT' && at >= (since.get(id) ?? 0) && path.split(/[/?]/).includes(id);
  return type === 'kept-down' && thrown.some(wasMet);
}

function refusedOf(id: string, { deadLetters }: Evidence): Set<number> {
  return new Set(deadLetters.filter(({ objectID }) => objectID === id).map(({ bytes }) => bytes));
}

/** Answers that look like the service's own, and refuse for good. */
const refusing = ['403', 'bytes that are no TLS'];

/** Whether a false answer, or an edge that knows that its cloud has consumed it, has refused it for good. */
function isRefused({ objectID, reason }: OutboxEntry, { seen, thrown }: Evidence): boolean {
  const met = thrown.some(
    ({ name, path }) => refusing.includes(name) && path.split(/[/?]/).includes(objectID),
  );
  const arrived = seen.some((each) => each.objectID === objectID && each.what === 'handed out');
  return met || (arrived && reason?.statusCode === 400);
}

/** @returns how often a version came again. */
function judgeObject(
  name: string,
  seen: readonly Seen[],
  { versions, isSure, refused }: Published,
  evidence: Evidence,
  { lost, wrong, unexplained }: Judgement,
): number {
  const of = (what: Told['what']): Seen[] => seen.filter((each) => each.what === what);
  const wanted = versions.findLastIndex(({ length }) => !refused.has(length));
  if (isSure && wanted >= 0 && of('handed out').length === 0) lost.push(`${name} was not handed out`);
  for (const { objectID, code } of of('given up')) wrong.push(`${name} (${objectID}) was given up: ${code}`);

  let last = -1;
  for (const { data } of of('fetched').filter((each) => each.data !== undefined)) {
    const version = versions.indexOf(data ?? '');
    if (version < 0) wrong.push(`${name} had data that was never published: ${data?.slice(0, 60)}`);
    else if (version < last) wrong.push(`${name} went back from version ${last} to ${version}`);
    last = Math.max(last, version);
  }
  const fetches = of('fetched').length > 0;
  if (isSure && fetches && last < wanted)
    lost.push(`${name} ended with version ${last} of ${versions.length - 1}`);

  const times = grouped(of('handed out'), ({ instanceID }) => instanceID);
  let duplicates = 0;
  for (const handOuts of times.values()) {
    handOuts.slice(1).forEach((again, index) => {
      duplicates += 1;
      const { at, objectID } = handOuts[index] as Seen;
      const hasFailed = of('failed').some((each) => each.at >= at && each.at <= again.at);
      if (hasFailed || isExplained(objectID, at, again.at, evidence)) return;
      unexplained.push(`${name} came again after ${again.at - at} ms: ${again.instanceID}`);
    });
  }
  return duplicates;
}

/** Something else than a failure of the flow on it: something happened to it, to its process or to the service meanwhile; or the flow said nothing for so long. */
function isExplained(objectID: string, from: number, to: number, evidence: Evidence): boolean {
  const { thrown, disturbances } = evidence;
  return (
    to - from >= redeliverAfter ||
    disturbances.some((each) => each.explains && each.from <= to && each.to >= from) ||
    thrown.some(({ at, path }) => at <= to && at >= from && path.split(/[/?]/).includes(objectID))
  );
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
