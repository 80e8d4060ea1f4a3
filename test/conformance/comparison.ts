import type { Faults } from '../../src/local-service';
import type { Recording } from './records';
import { replay } from './replay';

/** How the answers of the local service compare with the recorded ones. */
export interface Comparison {
  same: number;
  all: number;
  /** A line for each record that differs, with its reason. */
  onPurpose: string[];
  /** A line for each that differs without a reason, or matches although it is listed. */
  wrong: string[];
}

/** @param reasons by the name of a record: why the local service answers it differently on purpose. */
export async function compare(
  recordings: readonly Recording[],
  reasons: ReadonlyMap<string, string>,
  faults?: { css: Partial<Faults>; ess: Partial<Faults> },
): Promise<Comparison> {
  const comparison: Comparison = { same: 0, all: recordings.length, onPurpose: [], wrong: [] };
  for (const { recording, difference } of await replay(recordings, faults)) {
    const { index, name } = recording;
    const reason = reasons.get(name);
    if (difference === undefined) comparison.same += 1;
    if (difference === undefined && reason !== undefined)
      comparison.wrong.push(`${index} ${name} matches, although it is listed`);
    else if (difference === undefined) continue;
    else if (reason !== undefined) comparison.onPurpose.push(`${index} ${name}: ${reason}`);
    else comparison.wrong.push(`${index} ${name}: ${difference}`);
  }
  return comparison;
}
