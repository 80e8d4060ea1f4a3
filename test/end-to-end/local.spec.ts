import { localServices } from './services';
import { describeEndToEnd } from './suite';

describe('end to end, against the local service', function () {
  describeEndToEnd(this, { open: localServices, bound: 20_000, mayLackParts: false });
});
