#!/usr/bin/env node
import { help } from '../src/local-service/command/options';
import { runLocal } from '../src/local-service/command/run';

/** The package's one command: `local`. */
async function run([command, ...args]: readonly string[]): Promise<number> {
  if (command === 'local') return runLocal(args);
  const asked = command === undefined || command === '--help';
  (asked ? console.log : console.error)(asked ? help : `There is no command ${command}. Try: local --help`);
  return asked ? 0 : 2;
}

run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
