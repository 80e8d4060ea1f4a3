import assert from 'node:assert/strict';
import { platform } from 'node:os';
import type { Run } from '../../bench/contender-process';
import { run } from '../../bench/contender-process';
import { measured } from '../../bench/contest';
import { median } from '../../bench/median';
import { lineOf, misses, rowsOf } from '../../bench/rows';

const runOf = (cpu: number, figures: Run['figures'] = {}): Run => ({
  time: cpu * 2,
  cpu,
  memory: cpu,
  figures,
});

describe('a contest', () => {
  it('compares what was measured in the same round, and takes the middle', () => {
    const ours = { contender: 'ours', runs: [runOf(10), runOf(30), runOf(100, { kept: 3 })] };
    const peer = { contender: 'peer', runs: [runOf(10), runOf(10), runOf(50)] };
    assert.equal(measured(ours, peer, 'cpu'), 2);
    assert.equal(measured(ours, peer, 'memory'), 30);
    assert.equal(measured(ours, undefined, 'time'), 60);
    assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
  });

  it('tells what the peer reports itself where that is no multiple', () => {
    const each = {
      name: 'webhook',
      about: '',
      contenders: ['peer', 'ours'].map((name) => ({ name, program: name })),
      limits: { 'figure ms': 2 },
      prepare: async () => ({}),
    };
    const results = [
      { contender: 'peer', runs: [runOf(10, { ms: 1, longest: 4 })] },
      { contender: 'ours', runs: [runOf(20, { ms: 3, longest: 2 })] },
    ];
    const [line = ''] = rowsOf(each, results).map(lineOf);
    assert.match(
      line,
      /ours \/ peer .*cpu 2\.00; .*ms 3\.00 beside 1\.00 \(at most 2, MISSED\); longest 0\.50$/,
    );
  });

  it('judges what is above so many times its limit, and no time', () => {
    const row = { limits: { time: 1, cpu: 1.9, 'figure longest': 1, 'figure kept': 4 } };
    const measured = { time: 9, cpu: 3.8, 'figure longest': 9, 'figure kept': 9 };
    assert.deepEqual(misses({ ...row, measured }, 2), ['figure kept']);
    assert.deepEqual(misses({ ...row, measured: { ...measured, cpu: 3.9 } }, 2), ['cpu', 'figure kept']);
    assert.deepEqual(misses({ ...row, measured: { cpu: 1 } }, 2), ['figure kept'], 'what was not measured');
  });

  it('takes any command that keeps to the protocol, with what its shell has waited for', async function () {
    // The operating system that tells what a process takes.
    if (platform() !== 'linux') this.skip();
    const command = [
      'sh',
      '-c',
      'echo ready; read go; echo "done {\\"children\\":[1,0.5],\\"objects\\":7}"; read end',
    ];
    const { cpu, figures } = await run(command, {});
    assert.deepEqual(figures, { objects: 7 });
    assert.ok(cpu >= 1_500);
    // A child that lives still is looked at itself.
    const busy = 'for (const end = Date.now() + 200; Date.now() < end; );';
    const script = `console.log('ready'); process.stdin.once('data', () => { ${busy} console.log('done') });`;
    const inShell = ['sh', '-c', `"${process.execPath}" -e "${script}"; exit 0`];
    assert.ok((await run(inShell, {})).cpu > 20);
    const told = ['sh', '-c', 'echo ready; read go; echo "done $EDGE_SYNC_BENCH_TASK"; read end'];
    assert.deepEqual((await run(told, { count: 5 })).figures, { count: 5 });
    await assert.rejects(run(['sh', '-c', 'echo ready; read go; exit 3'], {}), /has ended without done/);
  });
});
