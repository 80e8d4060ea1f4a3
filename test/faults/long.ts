import { deploysUnderTraffic } from './deploys';

deploysUnderTraffic(100);
