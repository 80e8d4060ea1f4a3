import { integer } from 'fast-check';

/**
 * Any character but halves of pairs. Those that fast-check brings for it list all 1,112,064 of them first, which takes
 * longer than the tests.
 */
export const anyCharacter = integer({ min: 0, max: 0x10ffff - 0x800 }).map((point) =>
  String.fromCodePoint(point < 0xd800 ? point : point + 0x800),
);
