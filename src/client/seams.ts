import type { Disk } from '../storage/disk';
import { type Processes, systemProcesses } from '../storage/processes';
import { systemDisk } from '../storage/system-disk';
import { type Clock, systemClock } from '../system/clock';
import { type Random, systemRandom } from '../system/random';
import type { Identity } from './connection/environment';
import type { OpenTransport } from './connection/http';
import { HttpTransport } from './connection/transport';

/** What a client has from outside, so that a simulation can give it another; the system's own where it is left out. */
export interface ClientSeams {
  clock?: Clock;
  random?: Random;
  disk?: Disk;
  processes?: Processes;
  openTransport?: OpenTransport;
  /** Reads key, secret and certificate again where they are kept in files that may be replaced. */
  readIdentity?: () => Identity;
}

/** The seams with the system's own in those that were not given. */
export function withSystem(
  seams: ClientSeams,
): Required<Omit<ClientSeams, 'readIdentity'>> & Pick<ClientSeams, 'readIdentity'> {
  const { clock = systemClock } = seams;
  return {
    random: systemRandom,
    disk: systemDisk,
    processes: systemProcesses,
    openTransport: (options, ca) => new HttpTransport(options, ca, clock),
    ...seams,
    clock,
  };
}
