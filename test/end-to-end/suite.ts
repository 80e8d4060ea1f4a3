import { describeConsumers } from './consumers';
import { describeServiceCredentials } from './credentials';
import { describeDeletions } from './deletions';
import { describeDelivery } from './delivery';
import { describeReceiving } from './receiving';
import { type Ground, Stage } from './stage';

/** All scenarios, on one pair of services. */
export function describeEndToEnd(suite: Mocha.Suite, ground: Ground): void {
  const stage = new Stage(ground);
  stage.attach(suite);
  describeDelivery(stage);
  describeDeletions(stage);
  describeConsumers(stage);
  describeServiceCredentials(stage);
  describeReceiving(stage);
}
