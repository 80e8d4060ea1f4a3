import type { Faults } from '../../src/local-service';
import { differenceOf, normalAnswered, normalRecorded } from './normal';
import type { Recording } from './records';
import { betweenThoseOf } from './steps';
import { World } from './world';

/** A recorded request, and where the local service's answer parts from the recorded one; undefined where it does not. */
export interface Compared {
  recording: Recording;
  difference: string | undefined;
}

/** Asks a local service what the real one was asked, with these defects of the real one. */
export async function replay(
  recordings: readonly Recording[],
  faults: { css: Partial<Faults>; ess: Partial<Faults> } = { css: {}, ess: {} },
): Promise<Compared[]> {
  const world = new World(recordings, faults);
  const bring = betweenThoseOf(recordings);
  const compared: Compared[] = [];
  try {
    for (const recording of recordings) {
      await bring(world, recording);
      const answered = normalAnswered(await world.replay(recording), recording.response.body);
      compared.push({ recording, difference: differenceOf(normalRecorded(recording), answered) });
    }
  } finally {
    await world.stop();
  }
  return compared;
}
