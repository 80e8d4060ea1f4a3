import { campaign } from './campaigns';
import { deploysUnderTraffic } from './deploys';

deploysUnderTraffic(100);
campaign({ objects: 5_000, atOnce: 16, faults: 5_000, calm: 8_000 });
