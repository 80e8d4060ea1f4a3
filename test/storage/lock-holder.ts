import { FolderLock } from '../../src/storage/lock';
import { thisMachine } from '../../src/storage/machine';

/** A process of its own that takes the lock of the folder it is given, says so, and keeps it. */
FolderLock.take(process.argv[2] ?? '', thisMachine).then(
  () => {
    console.log('taken');
    setInterval(() => undefined, 60_000);
  },
  (error: Error) => console.log(error.message),
);
