import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { systemProcesses } from '../../src/storage/processes';
import { until } from '../support/until';

describe('the processes of this machine', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  function start(script: string): ChildProcess {
    const child = spawn('sh', ['-c', script]);
    children.push(child);
    return child;
  }

  async function startOf(pid: number): Promise<{ state: string | undefined; started: string | undefined }> {
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').pop()?.split(' ') ?? [];
    return { state: fields[0], started: fields[19] };
  }

  it('tell who we are', async () => {
    const self = await systemProcesses.self();
    assert.equal(self.host, hostname());
    assert.equal(self.pid, process.pid);
    assert.match(String(self.boot), /^[0-9a-f-]{36}$/);
    assert.match(String(self.namespace), /^pid:\[\d+\]$/);
    assert.equal(self.started, (await startOf(process.pid)).started);
    assert.equal(await systemProcesses.stateOf(self), 'runs');
  });

  it('run until they end, also where nobody has asked after them since', async () => {
    const self = await systemProcesses.self();
    const child = start('sleep 0.2 & echo $!; exec sleep 60');
    const [piece] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const running = { ...self, pid: child.pid ?? 0, ...(await startOf(child.pid ?? 0)) };
    assert.equal(await systemProcesses.stateOf(running), 'runs');
    const pid = Number(piece.toString());
    await until('its child has ended', async () => (await startOf(pid)).state === 'Z');
    assert.equal(await systemProcesses.stateOf({ ...self, pid, ...(await startOf(pid)) }), 'ended');
    child.kill('SIGKILL');
    await once(child, 'close');
    assert.equal(await systemProcesses.stateOf(running), 'ended');
  });

  it('have ended where their number is another’s now, or nobody’s', async () => {
    const self = await systemProcesses.self();
    assert.equal(await systemProcesses.stateOf({ ...self, started: '1' }), 'ended');
    assert.equal(await systemProcesses.stateOf({ ...self, pid: 999_999_999 }), 'ended');
  });

  it('are not known of other machines, boots and containers', async () => {
    const self = await systemProcesses.self();
    for (const other of [
      { boot: 'another' },
      { namespace: 'pid:[1]' },
      { boot: undefined },
      { namespace: undefined },
    ]) {
      assert.equal(await systemProcesses.stateOf({ ...self, ...other }), 'unknown');
    }
  });
});
