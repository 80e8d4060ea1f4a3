import { guardsOf } from './guard';

export const guardsOfStorage = guardsOf('src/storage', 'test/storage', [
  {
    name: 'a file has its name before it is on the disk',
    file: 'atomic-file.ts',
    find: 'await this.file.sync();',
    replace: '',
    seenBy: ['atomic-file'],
  },
  {
    name: 'the name of a file is not on the disk',
    file: 'atomic-file.ts',
    find: 'await this.disk.syncFolder(dirname(path));',
    replace: '',
    seenBy: ['atomic-file'],
  },
  {
    name: 'a file that failed stays',
    file: 'atomic-file.ts',
    find: 'await file.discard().catch(() => undefined);',
    replace: '',
    seenBy: ['atomic-file'],
  },
  {
    name: 'a file that is replaced loses its mode',
    file: 'atomic-file.ts',
    find: 'if (before) await this.file.setMode(before.mode);',
    replace: '',
    seenBy: ['atomic-file'],
  },
  {
    name: 'a damaged frame is read',
    file: 'frames.ts',
    find: 'if (!stored || crc32(stored) !== header.checksum) return undefined;',
    replace: 'if (!stored) return undefined;',
    seenBy: ['frames', 'journal'],
  },
  {
    name: 'the length of a damaged frame is trusted',
    file: 'frames.ts',
    find: 'if (crc32(header.subarray(0, 20)) !== header.readUInt32LE(20)) return undefined;',
    replace: '',
    seenBy: ['frames', 'journal'],
  },
  {
    name: 'a damaged piece of a part file is kept',
    file: 'part-file.ts',
    find: ' || crc32(piece) !== record.readUInt32LE(at + 4)',
    replace: '',
    seenBy: ['part-file'],
  },
  {
    name: 'a part file is recorded before it is written',
    file: 'part-file.ts',
    find: 'this.#unrecorded = entry;',
    replace: 'await this.record.write(entry, this.#recorded);',
    seenBy: ['part-file'],
  },
  {
    name: 'a part file has its name before it is on the disk',
    file: 'part-file.ts',
    find: 'await this.data.sync();',
    replace: '',
    seenBy: ['part-file'],
  },
]);
