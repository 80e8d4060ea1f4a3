import { campaign } from './campaigns';
import { deploysUnderTraffic } from './deploys';

deploysUnderTraffic(100);
campaign({
  ...{ objects: 2_500, atOnce: 16, faults: 5_000, calm: 60 },
  onProgress: (progress) => console.log(`      ${new Date().toTimeString().slice(0, 8)} ${progress}`),
});
