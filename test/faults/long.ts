import { campaign } from './campaigns';
import { deploysUnderTraffic } from './deploys';

deploysUnderTraffic(100);
campaign({ objects: 10_000, faults: 5_000, calm: 8_000 });
