import type { Stage } from '../stage';
import { describeAbsence } from './absence';
import { Ground } from './ground';
import { describeLostStores } from './lost';
import { describeOutages } from './outages';
import { describeSiblings } from './siblings';
import { describeVersions } from './versions';

/** Receivers and what they promise, as an application sees it. */
export function describeReceiving(stage: Stage): void {
  describe('receiving', () => {
    const ground = new Ground(stage);
    describeOutages(stage, ground);
    describeVersions(stage, ground);
    describeSiblings(stage, ground);
    describeAbsence(stage, ground);
    describeLostStores(stage, ground);
  });
}
