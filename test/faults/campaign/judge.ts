import type { Disturbance } from './disturbances';
import { cloudReceiver, edgeReceivers, redeliverAfter, type Told } from './flow';
import { historyOf } from './history';
import type { Sent } from './publisher';
import type { Thrown } from './wire';

export interface Seen extends Told {
  /** As Date.now() has it. */
  readonly at: number;
}

export interface Evidence {
  readonly down: Sent;
  readonly up: Sent;
  readonly seen: readonly Seen[];
  readonly thrown: readonly Thrown[];
  readonly disturbances: readonly Disturbance[];
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
  const receivers = [
    ...edgeReceivers.map((receiver) => ({ receiver, sent: evidence.down })),
    { receiver: cloudReceiver, sent: evidence.up },
  ];
  let duplicates = 0;
  for (const { receiver, sent } of receivers) {
    const byID = grouped(
      // A sync-in itself fails without an object.
      evidence.seen.filter((each) => each.receiver === receiver && each.objectID !== ''),
      ({ objectID }) => objectID,
    );
    for (const [id, versions] of sent.versions) {
      duplicates += judgeObject(
        `${receiver}: ${id}`,
        byID.get(id) ?? [],
        { versions, isSure: !sent.unsure.has(id) },
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
      const [id = ''] = /(up|down)-\d+/.exec(sentence) ?? [];
      return [sentence, ...historyOf(id, evidence)].join('\n');
    });
  const { lost, wrong, unexplained } = judgement;
  return { lost: told(lost), wrong: told(wrong), unexplained: told(unexplained), duplicates };
}

/** @returns how often a version came again. */
function judgeObject(
  name: string,
  seen: readonly Seen[],
  { versions, isSure }: { versions: readonly string[]; isSure: boolean },
  evidence: Evidence,
  { lost, wrong, unexplained }: Judgement,
): number {
  const of = (what: Told['what']): Seen[] => seen.filter((each) => each.what === what);
  if (isSure && of('handed out').length === 0) lost.push(`${name} was not handed out`);
  for (const { objectID, code } of of('given up')) wrong.push(`${name} (${objectID}) was given up: ${code}`);

  let last = -1;
  for (const { data } of of('fetched').filter((each) => each.data !== undefined)) {
    const version = versions.indexOf(data ?? '');
    if (version < 0) wrong.push(`${name} had data that was never published: ${data?.slice(0, 60)}`);
    else if (version < last) wrong.push(`${name} went back from version ${last} to ${version}`);
    last = Math.max(last, version);
  }
  const fetches = of('fetched').length > 0;
  if (fetches && last !== versions.length - 1)
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
