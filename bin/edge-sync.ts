#!/usr/bin/env node
import { runCommand } from '../src/command/run';
import { runLocal } from '../src/local-service/command/run';

/** The package's command: `local` starts a service, all others are clients of one. */
async function run([command, ...args]: readonly string[]): Promise<number> {
  const stop = new AbortController();
  // Whoever read what it says has gone: there is nobody left to do it for.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop.abort());
  if (command === 'local') return runLocal(args);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return runCommand(command === undefined ? [] : [command, ...args], process.env, stop.signal);
}

run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
