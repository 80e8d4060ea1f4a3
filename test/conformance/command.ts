import { basename } from 'node:path';
import { compare } from './comparison';
import { differences } from './differences';
import { files, readRecordings } from './records';

/**
 * How the local service compares with recordings of the real one: those of the files that are named, or its own. Of named
 * ones it tells how many match, and fails only if they cannot be replayed; its own have to match but for known reasons.
 */
async function run(named: readonly string[]): Promise<void> {
  const total = { same: 0, all: 0 };
  for (const file of named.length > 0 ? named : files) {
    const { same, all, onPurpose, wrong } = await compare(readRecordings(file), differences);
    console.log(`${basename(file)}: ${same} of ${all}`);
    tell('differ on purpose', onPurpose);
    tell('differ, or match although they are listed', wrong);
    total.same += same;
    total.all += all;
    if (named.length === 0 && wrong.length > 0) process.exitCode = 1;
  }
  console.log(`${total.same} of ${total.all} match`);
}

function tell(what: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  console.log(`  ${lines.length} ${what}:`);
  for (const line of lines) console.log(`    ${line}`);
}

void run(process.argv.slice(2));
