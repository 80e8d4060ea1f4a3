import { campaign } from './campaigns';

// The long one runs in `npm run test:faults`.
campaign({ objects: 20, atOnce: 4, faults: 120, calm: 5, seed: 1 });
