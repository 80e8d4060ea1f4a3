import { guardsOf } from './guard';

const specs = ['bounds', 'data', 'disk', 'order', 'refusals', 'sending', 'no-loss'];

export const guardsOfOutbox = guardsOf(
  'src/client/outbox',
  'test/client/outbox',
  [
    {
      name: 'an outbox is given back while its files go',
      file: 'outbox.ts',
      find: '      await log.close();\n      await blobs.settled();',
      replace: '      await log.close();',
    },
    {
      name: 'a refusal without a word is believed, whatever kind of service it comes from',
      file: 'judge.ts',
      find: "verdict === 'refused' && isWithoutWord(error)",
      replace: 'false',
    },
    {
      name: 'large data takes the places of small data',
      file: 'drain.ts',
      find: 'this.#large < Math.max(1, limits.atOnce - 1)',
      replace: 'true',
    },
    {
      name: 'what is confirmed is not on the disk',
      file: 'segment.ts',
      find: '      await this.frames.sync();\n      return extents;',
      replace: '      return extents;',
    },
    {
      name: 'what is told of an object comes to the disk in any order',
      file: 'commit.ts',
      find: 'tellsOf !== undefined && !places.takes(tellsOf, target)',
      replace: 'tellsOf !== undefined && !places',
    },
    {
      name: 'what is told of an object comes to the disk though what was told before did not',
      file: 'commit.ts',
      find: 'if (failure !== undefined) this.#fail(job, failure);',
      replace: 'if (failure !== undefined && !places) this.#fail(job, failure);',
    },
    {
      name: 'a file that cannot be closed leaves the others open',
      file: 'segments.ts',
      find: 'await allEnded([this.current, ...this.full, ...this.#past].map((segment) => segment.close()));',
      replace: 'for (const each of [this.current, ...this.full, ...this.#past]) await each.close();',
      seenBy: ['failing-disk'],
    },
    {
      name: 'the name of the log is not on the disk',
      file: 'segment.ts',
      find: '      await disk.syncFolder(dirname(path));\n',
      replace: '',
    },
    {
      name: 'what was refused stays behind the log',
      file: 'segment.ts',
      find: '      this.#cutAt = size;\n',
      replace: '',
    },
    {
      name: 'a publish takes a deletion away',
      file: 'entry.ts',
      find: "  whole: ['whole', 'fields', 'data', 'activity'],",
      replace: "  whole: ['whole', 'fields', 'data', 'activity', 'existence'],",
    },
    {
      name: 'what is being sent is taken away',
      file: 'lines.ts',
      find: "if (!earlier || earlier.state === 'sending') break;",
      replace: 'if (!earlier) break;',
    },
    {
      name: 'puts overtake each other',
      file: 'puts.ts',
      find: '    await before?.catch(() => undefined);\n',
      replace: '',
    },
    {
      name: 'a deletion that passes is for good',
      file: 'verdict.ts',
      find: ' && !passes',
      replace: '',
    },
    {
      name: 'what is too large for the service is tried for ever',
      file: 'verdict.ts',
      find: 'new Set([400, 413])',
      replace: 'new Set([400])',
    },
    {
      name: 'the room has no limit',
      file: 'room.ts',
      find: 'return all <= this.#limit && this.#entries',
      replace: 'return all > 0 && this.#entries',
    },
    {
      name: 'entries have no limit',
      file: 'room.ts',
      find: ' && this.#entries + entries <= this.most.entries',
      replace: '',
    },
    {
      name: 'data is not the one that was kept',
      file: 'verified.ts',
      find: "  if (read !== size || digest.digest('hex') !== hash) {",
      replace: '  if (read !== size) {',
    },
    {
      name: 'the pause does not grow',
      file: 'contact.ts',
      find: 'firstPause * 2 ** this.#failures',
      replace: 'firstPause',
    },
    {
      name: 'large data takes the room of all, since that of the first is not free at once',
      file: 'store.ts',
      find: 'room.fits(bytes - blobs.freedBy(), entries)',
      replace: 'room.fits(bytes, entries)',
    },
    {
      name: 'dead letters yield in vain',
      file: 'store.ts',
      find: "limits.whenFull === 'refuse' && !this",
      replace: "limits.whenFull !== 'refuse' && !this",
    },
    {
      name: 'a dead letter does not pass on that its upload was cut',
      file: 'store.ts',
      find: '    this.deadLetters.set(entry.id, entry);\n    if (entry.cutBytes > 0) this.#cuts.pass(entry);',
      replace: '    this.deadLetters.set(entry.id, entry);',
    },
    {
      name: 'a dead letter of before does not pass on that its upload was cut',
      file: 'store.ts',
      find: '        if (entry.cutBytes > 0) this.#cuts.pass(entry);',
      replace: '',
    },
    {
      name: 'a dead letter is forgotten once its cut is passed on',
      file: 'cuts.ts',
      find: 'if (!cut.isCut) return;',
      replace: '',
    },
    {
      name: 'a deletion forgets a cut upload',
      file: 'store.ts',
      find: "if (outcome !== 'replaced' && entry.leavesCut(outcome)) this.#cuts.pass(entry);",
      replace: '',
    },
    {
      name: 'a service that is busy refuses for good',
      file: 'verdict.ts',
      find: "return error.statusCode === 429 ? 'away' : 'rests';",
      replace: "return 'refused';",
    },
  ].map((guard) => ({ seenBy: specs, ...guard })),
);
