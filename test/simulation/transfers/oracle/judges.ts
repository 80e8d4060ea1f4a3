import type { Findings } from '../findings';
import type { TransferPlan } from '../plan';
import { Downloads } from './downloads';
import { Outboxes } from './kept';
import { ServiceRecord } from './record';
import { Uploads } from './uploads';
import { Waits } from './waits';

/** All who judge a history of transfers: each knows what was so, and nothing of how the client works. */
export class Judges {
  readonly record: ServiceRecord;
  readonly downloads: Downloads;
  readonly uploads: Uploads;
  readonly outboxes: Outboxes;
  readonly waits: Waits;

  constructor(
    plan: TransferPlan,
    readonly findings: Findings,
  ) {
    this.record = new ServiceRecord(findings);
    this.downloads = new Downloads(this.record, findings);
    this.uploads = new Uploads(this.record, findings);
    this.outboxes = new Outboxes(plan, this.record, findings);
    this.waits = new Waits(plan, this.record, findings);
  }
}
