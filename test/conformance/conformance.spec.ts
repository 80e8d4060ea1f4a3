import assert from 'node:assert/strict';
import { differences } from './differences';
import { differenceOf, normalAnswered, normalRecorded } from './normal';
import { readRecordings } from './records';
import { steps } from './steps';
import { World } from './world';

describe('the local service, asked what the real one was asked', () => {
  const recordings = readRecordings();
  const world = new World(recordings);
  after(() => world.stop());

  it('answers the same, but where it differs on purpose', async function () {
    this.timeout(300_000);
    const different: string[] = [];
    const wrong: string[] = [];
    const due = [...steps];
    let same = 0;
    for (const recording of recordings) {
      const { index, name, response } = recording;
      while (due[0] && due[0].before <= index) await due.shift()?.run(world);
      if (world.fetching) world.fetch();
      const expected = normalRecorded(recording);
      const actual = normalAnswered(await world.replay(recording), response.body);
      const reason = differences.get(index);
      const difference = differenceOf(expected, actual);
      if (difference === undefined) same += 1;
      if (difference !== undefined && reason !== undefined) different.push(`${index} ${name}: ${reason}`);
      else if (difference !== undefined) wrong.push(`${index} ${name}: ${difference}`);
      else if (reason !== undefined) wrong.push(`${index} ${name} matches, although it is listed`);
    }
    console.log(`      ${same} of ${recordings.length} records match`);
    console.log(`      ${different.length} differ on purpose:`);
    for (const line of different) console.log(`        ${line}`);
    assert.equal(wrong.join('\n'), '', `${wrong.length} records differ, or match although they are listed`);
    assert.equal(different.length, differences.size);
    assert.ok(differences.size <= 30);
    assert.ok(same >= 0.97 * recordings.length - different.length);
  });
});
