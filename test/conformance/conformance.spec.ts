import assert from 'node:assert/strict';
import type { Faults } from '../../src/local-service';
import { defects, differences } from './differences';
import { differenceOf, normalAnswered, normalRecorded } from './normal';
import { readRecordings } from './records';
import { steps } from './steps';
import { World } from './world';

/** How the answers of the local service compare with the recorded ones. */
interface Comparison {
  same: number;
  onPurpose: string[];
  wrong: string[];
}

async function compare(
  faults: { css: Partial<Faults>; ess: Partial<Faults> },
  expectedDifferences: ReadonlyMap<number, string>,
): Promise<Comparison> {
  const world = new World(recordings, faults);
  const comparison: Comparison = { same: 0, onPurpose: [], wrong: [] };
  const due = [...steps];
  try {
    for (const recording of recordings) {
      const { index, name, response } = recording;
      while (due[0] && due[0].before <= index) await due.shift()?.run(world);
      if (world.fetching) world.fetch();
      const actual = normalAnswered(await world.replay(recording), response.body);
      const reason = expectedDifferences.get(index);
      const difference = differenceOf(normalRecorded(recording), actual);
      if (difference === undefined) comparison.same += 1;
      if (difference !== undefined && reason !== undefined)
        comparison.onPurpose.push(`${index} ${name}: ${reason}`);
      else if (difference !== undefined) comparison.wrong.push(`${index} ${name}: ${difference}`);
      else if (reason !== undefined) comparison.wrong.push(`${index} ${name} matches, although it is listed`);
    }
  } finally {
    await world.stop();
  }
  return comparison;
}

const recordings = readRecordings();

describe('the local service, asked what the real one was asked', function () {
  this.timeout(300_000);

  it('answers the same, but where it differs on purpose', async () => {
    const { same, onPurpose, wrong } = await compare({ css: {}, ess: {} }, differences);
    console.log(`      ${same} of ${recordings.length} records match`);
    console.log(`      ${onPurpose.length} differ on purpose:`);
    for (const line of onPurpose) console.log(`        ${line}`);
    assert.equal(wrong.join('\n'), '', `${wrong.length} records differ, or match although they are listed`);
    assert.equal(onPurpose.length, differences.size);
    assert.ok(differences.size <= 30);
    assert.ok(same >= 0.97 * recordings.length - onPurpose.length);
  });

  it("answers the same with the real one's defects switched on, where they are to blame", async () => {
    const sendsDataBehindErrors = true;
    const faults = {
      css: { padsRanges: true, breaksOnShortRanges: true, sendsDataBehindErrors },
      ess: { sendsDataBehindErrors },
    };
    const others = new Map(Array.from(differences).filter(([, reason]) => !defects.has(reason)));
    assert.equal(others.size, differences.size - 11);
    const { onPurpose, wrong } = await compare(faults, others);
    assert.equal(wrong.join('\n'), '');
    assert.equal(onPurpose.length, others.size);
  });
});
