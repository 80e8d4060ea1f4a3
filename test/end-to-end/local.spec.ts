import { localServices } from './services';
import { describeDelivery } from './suite';

describe('end to end, against the local service', () => {
  describeDelivery({ open: localServices, bound: 20_000, mayLackParts: false });
});
