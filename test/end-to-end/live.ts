import { liveServices } from './services';
import { describeEndToEnd } from './suite';

const services = liveServices(process.env);

if ('missing' in services) {
  console.error(`The services to test are not given. Set ${services.missing.join(', ')}.`);
  process.exit(1);
}

describe('end to end, against the services of the environment', function () {
  describeEndToEnd(this, { open: async () => services, bound: 60_000, mayLackParts: true });
});
