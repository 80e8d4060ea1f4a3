import { parseArgs } from 'node:util';
import { type DeliveryGoal, isSyncServiceError, type SyncServiceClient } from '../client';
import { doctor } from './doctor';
import { connect, type Environment } from './environment';
import { exit, exitOf, UsageError } from './exit';
import { help } from './help';
import { ls } from './ls';
import { Output } from './output';
import { receive } from './receive';
import { referenceOf } from './reference';
import { send } from './send';
import { withStandardInput } from './standard-input';
import { status, wait } from './status';

const options = {
  into: { type: 'string' },
  once: { type: 'boolean' },
  to: { type: 'string', multiple: true },
  version: { type: 'string' },
  wait: { type: 'string' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Option = keyof typeof options;
type Values = {
  [Name in Option]?: Name extends 'to' ? string[] : Name extends 'once' | 'json' | 'help' ? boolean : string;
};

interface Call {
  client: SyncServiceClient;
  values: Values;
  words: readonly string[];
  output: Output;
  stop: AbortSignal;
}

interface Command {
  takes: readonly Option[];
  /** How many words follow its name. */
  words: readonly [least: number, most: number];
  run(call: Call): Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  receive: {
    takes: ['into', 'once'],
    words: [1, Number.POSITIVE_INFINITY],
    async run({ client, values, words, output, stop }) {
      if (!values.into) throw new UsageError('Where to? Name a folder with --into');
      return receive(
        client,
        { objectTypes: words, into: values.into, once: values.once ?? false },
        output,
        stop,
      );
    },
  },
  send: {
    takes: ['to', 'version', 'wait', 'timeout'],
    words: [2, 2],
    async run({ client, values, words: [file = '', object], output, stop }) {
      const [goal, patience] = [goalOf(values), patienceOf(values)];
      const asked = { object: referenceOf(object), to: values.to ?? [], version: values.version };
      const sent = (from: string): Promise<number> =>
        send(client, { file: from, ...asked, goal, patience }, output, stop);
      return file === '-' ? withStandardInput(stop, sent) : sent(file);
    },
  },
  ls: {
    takes: [],
    words: [0, 1],
    run: ({ client, words: [objectType], output, stop }) => ls(client, objectType, output, stop),
  },
  status: {
    takes: ['wait', 'timeout'],
    words: [1, 1],
    async run({ client, values, words: [name], output, stop }) {
      const object = referenceOf(name);
      const goal = goalOf(values);
      if (goal === undefined) return status(client, object, output, stop);
      return wait(client, object, { goal, patience: patienceOf(values) }, output, stop);
    },
  },
};

/** Runs a command until it is done, or until `stop`. @returns the exit code. */
export async function runCommand(
  args: readonly string[],
  environment: Environment,
  stop: AbortSignal,
): Promise<number> {
  let output = new Output(args.includes('--json'));
  try {
    const { values, positionals } = parse(args);
    output = new Output(values.json ?? false);
    const [name, ...words] = positionals;
    if (values.help || name === undefined) {
      output.result({ help }, help);
      return exit.done;
    }
    if (name === 'doctor' && words.length === 0) return await doctor(environment, output);
    return await call(name, { values, words, output, stop }, environment);
  } catch (error) {
    if (stop.aborted && isSyncServiceError(error, 'SYNC_ABORTED', 'SYNC_CLOSED')) return exit.failed;
    output.failure(error);
    if (error instanceof UsageError) output.note('Try --help.');
    return exitOf(error);
  }
}

async function call(name: string, given: Omit<Call, 'client'>, environment: Environment): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`There is no command ${name}`);
  const [least, most] = command.words;
  const { values, words } = given;
  if (words.length < least) throw new UsageError(`${name} needs more: see --help`);
  if (words.length > most) throw new UsageError(`${name} does not know what to do with ${words[most]}`);
  const strange = (Object.keys(values) as Option[]).find(
    (option) => option !== 'json' && !command.takes.includes(option),
  );
  if (strange) throw new UsageError(`${name} knows no --${strange}`);
  const client = connect(environment);
  try {
    return await command.run({ ...given, client });
  } finally {
    await client.close();
  }
}

function parse(args: readonly string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function goalOf({ wait: goal }: Values): DeliveryGoal | undefined {
  if (goal === undefined || goal === 'delivered' || goal === 'consumed') return goal;
  throw new UsageError(`--wait is delivered or consumed, not ${goal}`);
}

/** In ms. */
function patienceOf({ timeout = '60' }: Values): number {
  const seconds = Number(timeout);
  if (seconds > 0) return seconds * 1_000;
  throw new UsageError(`--timeout is a number of seconds, not ${timeout}`);
}
