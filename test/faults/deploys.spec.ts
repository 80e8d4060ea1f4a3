import { deploysUnderTraffic } from './deploys';

// The hundred of them run in `npm run test:faults`.
deploysUnderTraffic(12, 1);
