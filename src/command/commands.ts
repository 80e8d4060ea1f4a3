import { type Call, goalOf, markOf, type Option, patienceOf, signingKeyOf, trustedKeysOf } from './call';
import { consume } from './consume';
import { edges } from './edges';
import { UsageError } from './exit';
import { fetchTo } from './fetch';
import { ls } from './ls';
import { receive } from './receive';
import { referenceOf } from './reference';
import { remove } from './remove';
import { send } from './send';
import { withStandardInput } from './standard-input';
import { status, wait } from './status';

export interface Command {
  takes: readonly Option[];
  /** How many words follow its name. */
  words: readonly [least: number, most: number];
  run(call: Call): Promise<number>;
}

/** The commands of a client, by their names. */
export const commands: Readonly<Record<string, Command>> = {
  receive: {
    takes: ['into', 'once', 'mark', 'trust'],
    words: [1, Number.POSITIVE_INFINITY],
    async run({ client, values, words, remedies, output, stop }) {
      if (!values.into) throw new UsageError('Where to? Name a folder with --into');
      return receive(
        client,
        {
          objectTypes: words,
          into: values.into,
          once: values.once ?? false,
          mark: markOf(values),
          trustedKeys: await trustedKeysOf(values),
          remedies,
        },
        output,
        stop,
      );
    },
  },
  send: {
    takes: ['to', 'meta', 'version', 'sign', 'wait', 'timeout'],
    words: [2, 2],
    async run({ client, values, words: [file = '', object], environment, remedies, output, stop }) {
      const [goal, patience] = [goalOf(values, client.kind), patienceOf(values)];
      const { to = [], meta, version } = values;
      const sign = await signingKeyOf(values, environment);
      const asked = { object: referenceOf(object), to, meta, version, sign, environment, remedies };
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
    async run({ client, values, words: [name], remedies, output, stop }) {
      const object = referenceOf(name);
      const goal = goalOf(values, client.kind);
      if (goal === undefined) return status(client, object, output, stop);
      return wait(client, object, { goal, patience: patienceOf(values), remedies }, output, stop);
    },
  },
  fetch: {
    takes: ['trust'],
    words: [2, 2],
    async run({ client, values, words: [name, to = ''], output, stop }) {
      const trustedKeys = await trustedKeysOf(values);
      return fetchTo(client, { object: referenceOf(name), to, trustedKeys }, output, stop);
    },
  },
  consume: {
    takes: ['instance', 'mark'],
    words: [1, 1],
    run: async ({ client, values, words: [name], output, stop }) =>
      consume(client, referenceOf(name), { instanceID: values.instance, mark: markOf(values) }, output, stop),
  },
  delete: {
    takes: [],
    words: [1, 1],
    run: async ({ client, words: [name], output, stop }) => remove(client, referenceOf(name), output, stop),
  },
  edges: {
    takes: [],
    words: [0, 0],
    run: ({ client, output, stop }) => edges(client, output, stop),
  },
};
