import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** Puts the declarations of what is public, and of nothing else, into one file beside the code that `dist/` has. */
rmSync(join('.cache', 'declarations'), { recursive: true, force: true });
run('tsc', '-p', 'tsconfig.declarations.json');
// Fails where something public leans on something that is not.
run('api-extractor', 'run');

function run(command: string, ...rest: string[]): void {
  execFileSync(join('node_modules', '.bin', command), rest, { stdio: ['ignore', 'ignore', 'inherit'] });
}
