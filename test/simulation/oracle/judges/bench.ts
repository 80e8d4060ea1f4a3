import type { VirtualClock } from '../../clock';
import type { Disturbances } from '../../line/faults';
import type { History } from '../history/history';
import type { Rule } from '../rules';

/** What all judges have before them. */
export interface Bench {
  readonly history: History;
  readonly clock: VirtualClock;
  readonly disturbances: Disturbances;
  /** Versions of which the service has answered a mark and then forgotten it. */
  readonly forgotten: ReadonlySet<string>;
  readonly now: number;
  broken(rule: Rule, what: string): void;
}
