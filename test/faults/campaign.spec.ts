import { campaign } from './campaigns';

// The long one runs in `npm run test:faults`.
campaign({ objects: 40, faults: 120, calm: 200 });
