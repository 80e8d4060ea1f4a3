import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { compare } from './comparison';
import { differences } from './differences';
import { files, readRecordings } from './records';

/** What the real one makes of ranges, switched off. */
const rightRanges = { padsRanges: false, sendsDataBehindErrors: false, breaksOnShortRanges: false };

describe('the local service, asked what the real one was asked', function () {
  this.timeout(300_000);

  for (const file of files) {
    const recordings = readRecordings(file);
    const named = new Set(recordings.map(({ name }) => name));
    const reasons = new Map(Array.from(differences).filter(([name]) => named.has(name)));

    it(`answers the same, but where it differs on purpose: ${basename(file)}`, async () => {
      const { same, all, onPurpose, wrong } = await compare(recordings, reasons);
      console.log(`      ${same} of ${all} match, ${onPurpose.length} differ on purpose`);
      assert.equal(wrong.join('\n'), '', `${wrong.length} records differ, or match although they are listed`);
      assert.equal(onPurpose.length, reasons.size);
    });

    it(`differs in wrong ranges alone without the real one's defects: ${basename(file)}`, async () => {
      const { wrong } = await compare(recordings, reasons, { css: rightRanges, ess: rightRanges });
      assert.ok(wrong.length > 0);
      assert.deepEqual(
        wrong.filter((line) => !/^\d+ [\w.-]*range\./.test(line)),
        [],
      );
    });
  }

  it('differs on purpose in few, each of which was recorded', () => {
    const names = new Set(files.flatMap((file) => readRecordings(file)).map(({ name }) => name));
    assert.deepEqual(
      Array.from(differences.keys()).filter((name) => !names.has(name)),
      [],
    );
    assert.ok(differences.size <= 40);
  });
});
