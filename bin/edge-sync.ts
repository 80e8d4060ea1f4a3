#!/usr/bin/env node
import { runCommand } from '../src/command/run';
import { runLocal } from '../src/local-service/command/run';

/** The package's command: `local` starts a service, all others are clients of one. */
async function run([command, ...args]: readonly string[]): Promise<number> {
  if (command === 'local') return runLocal(args);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return runCommand(command === undefined ? [] : [command, ...args], process.env, stop.signal);
}

run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
