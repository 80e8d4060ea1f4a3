import { type Clock, systemClock } from '../system/clock';
import { type Random, systemRandom } from '../system/random';
import type { Disk } from './disk';
import { type Processes, systemProcesses } from './processes';
import { systemDisk } from './system-disk';

/** Everything outside that storage depends on, so that a test can put another in its place. */
export interface Machine {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly processes: Processes;
}

export const thisMachine: Machine = {
  disk: systemDisk,
  clock: systemClock,
  random: systemRandom,
  processes: systemProcesses,
};
