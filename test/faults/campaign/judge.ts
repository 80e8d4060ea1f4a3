import type { OutboxEntry } from '../../../src/client';
import type { Disturbance } from './disturbances';
import { receivers, redeliverAfter, type Told } from './flow';
import { historyOf, isList, isOfType } from './history';
import { Met } from './met';
import type { Sent } from './publisher';
import type { Thrown } from './wire';
import type { Acknowledgement } from './words';

export interface Seen extends Told {
  /** As Date.now() has it. */
  readonly at: number;
}

export interface Evidence {
  readonly sent: readonly Sent[];
  readonly seen: readonly Seen[];
  readonly thrown: readonly Thrown[];
  readonly disturbances: readonly Disturbance[];
  /** Those that reached the services, in order. */
  readonly acknowledgements: readonly Acknowledgement[];
  /** What the outboxes hold that was refused for good. */
  readonly deadLetters: readonly OutboxEntry[];
}

/** The same, with its faults by what they met. */
interface Case extends Evidence {
  readonly met: Met;
  /** Another kind of service answered, which says of every list that there is nothing. */
  readonly elsewhere: readonly Thrown[];
  /** An earlier list came in place of one that was asked for: it may show what was consumed since. */
  readonly earlierLists: readonly Thrown[];
}

export interface Judgement {
  /** Each a sentence, with the history of its object. */
  readonly lost: string[];
  readonly wrong: string[];
  readonly unexplained: string[];
  duplicates: number;
  /** Updates that came within the time of one acknowledgement and went with it: the service's name no version. */
  overtaken: number;
}

/** What the guarantees promise of all that was published: none lost, none wrong, and each that came twice for a reason. */
export function judge(given: Evidence): Judgement {
  const { thrown } = given;
  const evidence: Case = {
    ...given,
    met: new Met(thrown),
    elsewhere: thrown.filter(({ name }) => name === elsewhere),
    earlierLists: thrown.filter(({ name, path }) => name === earlierList && isList(path)),
  };
  const judgement: Judgement = { lost: [], wrong: [], unexplained: [], duplicates: 0, overtaken: 0 };
  const both = evidence.sent.flatMap((sent) => receivers[sent.type].map((receiver) => ({ receiver, sent })));
  for (const { objectID, reason } of evidence.deadLetters.filter((each) => !isRefused(each, evidence)))
    judgement.wrong.push(`${objectID} was refused for good, and nobody had refused it: ${reason?.message}`);
  for (const { receiver, sent } of both) {
    const byID = grouped(
      // A sync-in itself fails without an object.
      evidence.seen.filter((each) => each.receiver === receiver && each.objectID !== ''),
      ({ objectID }) => objectID,
    );
    for (const [id, versions] of sent.versions) {
      judgement.duplicates += judgeObject(
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
  return { ...judgement, lost: told(lost), wrong: told(wrong), unexplained: told(unexplained) };
}

interface Published {
  versions: readonly string[];
  isSure: boolean;
  /** The lengths of those that an outbox has among its dead letters. */
  refused: ReadonlySet<number>;
}

/** Whether a false refusal met its last version on its way to the cloud: dead letters yield in an outbox that is full. */
function mayBeRefused(id: string, { since, type }: Sent, { met }: Case): boolean {
  const refuses = ({ at, method, name }: Thrown): boolean =>
    refusing.includes(name) && method === 'PUT' && at >= (since.get(id) ?? 0);
  return type === 'kept-down' && met.about(id).some(refuses);
}

function refusedOf(id: string, { deadLetters }: Evidence): Set<number> {
  return new Set(deadLetters.filter(({ objectID }) => objectID === id).map(({ bytes }) => bytes));
}

/** The other kind answers 404 to a list: there is nothing, as far as anybody can tell. */
const elsewhere = 'another kind of service at its address';
/** To a list, a list of the same type: the one with those that were marked received, perhaps of a minute ago. */
const earlierList = 'the answer to another request';

/** Answers that look like the service's own, and refuse for good. */
const refusing = ['403', 'bytes that are no TLS', elsewhere];

/** The IDs of what a false answer may have had refused for good. */
export function refusedIn(thrown: readonly Thrown[]): Set<string> {
  const met = thrown.filter(({ method, name }) => method === 'PUT' && refusing.includes(name));
  return new Set(met.flatMap(({ path }) => path.split(/[/?]/)));
}

/** Whether a false answer, or an edge that knows that its cloud has consumed it, has refused it for good. */
function isRefused({ objectID, reason }: OutboxEntry, { seen, met }: Case): boolean {
  const isMet = met.about(objectID).some(({ name }) => refusing.includes(name));
  const arrived = seen.some((each) => each.objectID === objectID && each.what === 'handed out');
  return isMet || (arrived && reason?.statusCode === 400);
}

/** @returns how often a version came again. */
function judgeObject(
  name: string,
  seen: readonly Seen[],
  { versions, isSure, refused }: Published,
  evidence: Case,
  judgement: Judgement,
): number {
  const { lost, wrong, unexplained } = judgement;
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
  if (isSure && fetches && last < wanted) {
    if (isOvertaken(of('fetched'), evidence)) judgement.overtaken += 1;
    else lost.push(`${name} ended with version ${last} of ${versions.length - 1}`);
  }

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
function isExplained(objectID: string, from: number, to: number, evidence: Case): boolean {
  const { disturbances, earlierLists, elsewhere: answeredElsewhere, met } = evidence;
  const isMeanwhile = ({ at }: Thrown): boolean => at >= from && at <= to;
  return (
    to - from >= redeliverAfter ||
    disturbances.some((each) => each.explains && each.from <= to && each.to >= from) ||
    answeredElsewhere.some(isMeanwhile) ||
    earlierLists.some((each) => isMeanwhile(each) && isOfType(each.path, objectID)) ||
    met.about(objectID).some(isMeanwhile)
  );
}

/**
 * Whether the last acknowledgement of an object was for an older version: after the flow had that one, and just before
 * it was acknowledged, the service had named it as the current one.
 */
function isOvertaken(fetched: readonly Seen[], { acknowledgements }: Evidence): boolean {
  const last = acknowledgements.findLast(({ objectID }) => objectID === fetched[0]?.objectID);
  return fetched.some(
    ({ at, data, instanceID }) =>
      data !== undefined && last?.words.some((word) => word.instanceID === instanceID && word.at >= at),
  );
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
