import type { Mutant } from './mutants-of-updates';

/** Guards of what is fetched, sent, kept and waited for, each broken; files from src on. */
export const mutantsOfTransfers: readonly Mutant[] = [
  {
    name: 'download: bytes are not counted',
    file: 'client/data/download.ts',
    find: 'if (size !== undefined && received !== size) {',
    replace: 'if (size !== undefined && received < 0) {',
  },
  {
    name: 'download: the version is not compared afterwards',
    file: 'client/data/download.ts',
    find: 'refuseOtherVersion(metadata, await data.current());',
    replace: '',
  },
  {
    name: 'file: is not synced before it has its name',
    file: 'storage/atomic-file.ts',
    find: 'await this.file.sync();',
    replace: '',
  },
  {
    name: 'file: its name is not synced',
    file: 'storage/atomic-file.ts',
    find: 'await this.disk.syncFolder(dirname(path));',
    replace: '',
  },
  {
    name: 'file: is written under its name',
    file: 'storage/atomic-file.ts',
    find: 'const temporary = temporaryFor(path, random);',
    replace: "await disk.remove(path); const temporary = random.next() < 2 ? path : '';",
  },
  {
    name: 'part: is not synced before it has its name',
    file: 'storage/part-file.ts',
    find: 'await this.data.sync();',
    replace: '',
  },
  {
    name: 'gone: is said by one answer',
    file: 'client/objects/presence.ts',
    find: 'const lacks = await this.#lacks(object, subject, asked);',
    replace: "const lacks = (await Promise.resolve(subject)) === 'data' ? 'data' : 'object';",
  },
  {
    name: 'chunks: data that was there before is taken for what was uploaded',
    file: 'client/data/chunked-upload.ts',
    find: 'if (dataID === reached.dataID) return false;',
    replace: '',
  },
  {
    name: 'outbox: an entry is confirmed before it is on the disk',
    file: 'client/outbox/log.ts',
    find: 'this.#add({ tellsOf: undefined, parts, target: () => this.segments.active, written, failed: reject });',
    replace:
      'this.#add({ tellsOf: undefined, parts, target: () => this.segments.active, written, failed: reject }); resolve();',
  },
  {
    name: 'outbox: nothing is synced',
    file: 'storage/frame-file.ts',
    find: 'return this.file.datasync();',
    replace: 'return Promise.resolve();',
  },
  {
    name: 'outbox: that an upload has begun is not written down',
    file: 'client/outbox/dispatch.ts',
    find: 'if (uploads) await this.parts.begin(entry);',
    replace: '',
  },
  {
    name: 'outbox: what follows a cut upload is sent once',
    file: 'client/outbox/dispatch.ts',
    find: 'if (entry.isAfterDeath && entry.followsCut > data.size)',
    replace: "if (entry.key === '')",
  },
  {
    name: 'outbox: what takes the place of a cut upload does not know of it',
    file: 'client/outbox/cuts.ts',
    find: 'if (bytes === entry.followsCut) return;',
    replace: 'if (from) return;',
  },
  {
    name: 'outbox: fields make all needless that came before',
    file: 'client/outbox/entry.ts',
    find: "fields: ['fields'],",
    replace: "fields: ['fields', 'whole', 'activity'],",
  },
  {
    name: 'outbox: a deletion is sent a second time',
    file: 'client/outbox/dispatch.ts',
    find: 'if (deleted) return;',
    replace: '',
  },
  {
    name: 'outbox: that an entry has ended is not written down',
    file: 'client/outbox/store.ts',
    find: "({ id, state: 'ended' } as const)",
    replace: "({ id, state: 'begun' } as const)",
  },
  {
    name: 'outbox: objects do not wait for their turn',
    file: 'client/outbox/lines.ts',
    find: 'this.#isNotReady(line);\n    return line.entries[0];',
    replace:
      "return line.entries.find(({ state }) => state === 'waiting') ?? (this.#isNotReady(line), undefined);",
  },
  {
    name: 'wait: another version is taken for the one that is waited for',
    file: 'client/deliveries/wait.ts',
    find: "if (watched !== current.instanceID) return 'superseded';",
    replace: '',
  },
  {
    name: 'wait: one edge is enough',
    file: 'client/deliveries/wait.ts',
    find: 'return destinations.every(',
    replace: 'return destinations.some(',
  },
  {
    name: 'wait: delivered is consumed',
    file: 'client/deliveries/wait.ts',
    find: "goal === 'consumed' ? ['consumed'] : ",
    replace: '',
  },
  {
    name: 'wait: time is up without a last look',
    file: 'client/deliveries/wait.ts',
    find: 'if (this.#isLast) this.end',
    replace: 'if (this.#isLast || this.#isLate(now + longestPause)) this.end',
  },
];
