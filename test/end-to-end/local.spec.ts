import { localServices } from './services';
import { describeDelivery } from './suite';

describe('end to end, against the local service', function () {
  describeDelivery(this, { open: localServices, bound: 20_000, mayLackParts: false });
});
