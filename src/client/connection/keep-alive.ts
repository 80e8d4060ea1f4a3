import type { Lane } from './http';
import type { ConnectionOptions } from './options';

/** In ms, unless the server says less or more; a balancer in between may have forgotten a connection after a while. */
export const keepAlive = 4_000;
/** The most, whatever a server says. */
export const longestKeepAlive = 25_000;

/**
 * How long an idle connection of a lane may be used again. An edge closes no idle connection (nor says so in a header), and
 * no balancer stands before it: its polls, 5 s apart, share one. Polls alone, since they can be repeated where it is gone
 * all the same.
 */
export function keepAliveOf(lane: Lane, { organization }: Pick<ConnectionOptions, 'organization'>): number {
  return lane === 'poll' && organization === undefined ? longestKeepAlive : keepAlive;
}
