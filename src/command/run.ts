import { version } from '@edge-sync/node-red/package.json';
import { isSyncServiceError } from '../client';
import { type Call, type Option, parse } from './call';
import { type Command, commands } from './commands';
import { doctor } from './doctor';
import { connect, type Environment } from './environment';
import { exit, exitOf, UsageError } from './exit';
import { Remedies } from './findings';
import { help, usageOf } from './help';
import { Output } from './output';

/** Runs a command until it is done, or until `stop`. @returns the exit code. */
export async function runCommand(
  args: readonly string[],
  environment: Environment,
  stop: AbortSignal,
): Promise<number> {
  let output = new Output(args.includes('--json'));
  try {
    if (args.length === 1 && args[0] === '--version') {
      output.result({ version }, version);
      return exit.done;
    }
    const { values, positionals } = parse(args);
    output = new Output(values.json ?? false);
    const [name, ...words] = positionals;
    if (values.help || name === undefined || name === 'help') {
      output.result({ help }, help);
      return exit.done;
    }
    if (name === 'doctor') {
      checkCall(name, { takes: [], words: [0, 0] }, { values, words });
      return await doctor(environment, output);
    }
    return await call(name, { values, words, environment, output, stop });
  } catch (error) {
    if (isStopped(error, stop)) return exit.failed;
    output.failure(error);
    if (error instanceof UsageError) output.note('Try --help.');
    return exitOf(error);
  }
}

async function call(name: string, given: Omit<Call, 'client' | 'remedies'>): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`There is no command ${name}`);
  checkCall(name, command, given);
  const client = connect(given.environment);
  const remedies = new Remedies(given.environment);
  try {
    return await command.run({ ...given, client, remedies });
  } catch (error) {
    if (error instanceof UsageError || isStopped(error, given.stop)) throw error;
    given.output.failure(error, await remedies.askedOf(client, error));
    return exitOf(error);
  } finally {
    await client.close();
  }
}

/** @throws UsageError if it has too few words, too many, or an option of another command. */
function checkCall(
  name: string,
  { takes, words: [least, most] }: Pick<Command, 'takes' | 'words'>,
  { values, words }: Pick<Call, 'values' | 'words'>,
): void {
  if (words.length < least) throw new UsageError(`${name} needs more: edge-sync ${usageOf(name)}`);
  if (words.length > most) throw new UsageError(`${name} does not know what to do with ${words[most]}`);
  const strange = (Object.keys(values) as Option[]).find(
    (option) => option !== 'json' && !takes.includes(option),
  );
  if (strange) throw new UsageError(`${name} knows no --${strange}`);
}

/** Whether it failed because somebody ended the command. */
function isStopped(error: unknown, stop: AbortSignal): boolean {
  return stop.aborted && isSyncServiceError(error, 'SYNC_ABORTED', 'SYNC_CLOSED');
}
