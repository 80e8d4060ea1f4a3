import type { Kind } from './form';

/** What receives does so at an edge, as a rule; all else is done in the cloud. */
const atEdges = ['sync-in', 'sync-fetch', 'sync-consume'];

/** The service that a node of some type has, as a rule. */
export function usualKind(type: string): Kind {
  return atEdges.includes(type) ? 'ESS' : 'CSS';
}
