import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import { invalidInput } from '../../nodes/common/failure';
import { faultCodes, faultText } from '../../nodes/common/fault';
import { StatusLine } from '../../nodes/common/status';
import { sharedText, translatorOf } from '../../nodes/common/text';
import { States } from '../../nodes/sync-in/states';
import { statusOf } from '../../nodes/sync-in/status';
import { errorCodes, type ReceiverState, SyncServiceError } from '../../src/client';
import { LocalService } from '../../src/local-service';
import {
  give,
  next,
  nodes,
  receivingFlow,
  run,
  sendingFlow,
  services,
  statusesOf,
  wholeFlow,
  withNodeRed,
} from '../support/flow';
import { place } from '../support/local-pair';
import { ManualClock } from '../support/manual-clock';
import { admin, cloudNode, edgeNode, nowhere } from '../support/service-nodes';
import { translatorFor } from '../support/texts';
import { until } from '../support/until';

const languages = ['en-US', 'de', 'ja', 'zh-CN'];
/** What a status on the canvas has room for, beside its neighbours. */
const longest = 56;

/** What an editor of a language shows of a status. */
function shownIn(language: string, status: NodeStatus): string {
  return translatorFor(language)(status.text ?? '');
}

/** The last status of a node whose Node-RED speaks a language. */
function line(language = 'en-US'): { status: StatusLine; last: () => NodeStatus } {
  const shown: NodeStatus[] = [];
  const node = { status: (status: NodeStatus) => shown.push(status) } as unknown as Pick<Node, 'status'>;
  return { status: new StatusLine({ _: translatorFor(language) }, node), last: () => shown.at(-1) ?? {} };
}

function sourcesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

describe('the status of a sync-in of several object types', () => {
  it('goes on to say of two that fail what it says of the first, however often each says so', () => {
    const states = new States();
    const failing = (objectType: string, code: 'SYNC_UNAUTHORIZED' | 'SYNC_TIMEOUT'): unknown => {
      const error = new SyncServiceError(code, code);
      states.set(objectType, { phase: 'backing-off', inFlight: 0, acknowledging: 0, exhausted: 0, error });
      return statusOf(states.all(), { refused: false, subscribed: 2 }, 0).text;
    };
    const first = failing('a', 'SYNC_UNAUTHORIZED');
    assert.deepEqual(
      [failing('b', 'SYNC_TIMEOUT'), failing('a', 'SYNC_UNAUTHORIZED'), failing('b', 'SYNC_TIMEOUT')],
      [first, first, first],
    );
  });
});

describe('a status that changes often', () => {
  let clock: ManualClock;
  let shown: NodeStatus[];
  let translations: number;
  let status: StatusLine;
  beforeEach(() => {
    [clock, shown, translations] = [new ManualClock(), [], 0];
    const translate = (key: string, { count = 0 }: { count?: number } = {}): string => {
      translations += 1;
      return `${key} ${count}`;
    };
    const node = { status: (each: NodeStatus) => shown.push(each) } as unknown as Pick<Node, 'status'>;
    status = new StatusLine({ _: translate }, node, clock);
  });
  const texts = (): unknown[] => shown.map(({ text }) => text);

  it('is sent at once, then five times a second, and the last of them stays; no other is made', async () => {
    let looks = 0;
    for (let count = 1; count <= 1_000; count += 1) {
      if (count % 2) status.show({ text: { key: 'of', values: { count } } });
      else
        status.follow(() => {
          looks += 1;
          return { text: { key: 'of', values: { count } } };
        });
      await clock.advance(1);
    }
    await clock.advance(200);
    assert.deepEqual(texts(), ['of 1', 'of 200', 'of 400', 'of 600', 'of 800', 'of 1000']);
    assert.deepEqual([translations, looks], [6, 5]);
  });

  it('goes on where somebody who hears of it throws, in a process that nobody would catch that for', async () => {
    let tries = 0;
    const throwing = {
      status: () => {
        tries += 1;
        throw new Error('a listener to the statuses of all nodes');
      },
    } as Pick<Node, 'status'>;
    const told = new StatusLine({ _: String }, throwing, clock);
    for (const text of ['a', 'b', 'c']) {
      told.show({ text });
      await clock.advance(200);
    }
    told.close();
    assert.equal(tries, 4);
  });

  it('tells a failure at once, and that the node closes, and nothing after it', async () => {
    status.show({ text: 'a' });
    status.show({ text: 'b' });
    status.showFault({ code: 'SYNC_TIMEOUT' });
    status.show({ text: 'c' });
    assert.deepEqual(shown.length, 2);
    assert.equal(shown[1]?.fill, 'red');
    await clock.advance(200);
    assert.equal(shown[2]?.text, 'c');
    status.show({ text: 'd' });
    status.follow(() => ({ text: 'e' }));
    status.close();
    assert.deepEqual(shown.slice(3), [{}]);
    await clock.advance(60_000);
    assert.equal(shown.length, 4);
    assert.equal(clock.waiting, 0);
  });
});

describe('the status of a failure', () => {
  it('is known for every code that a node can throw', () => {
    const thrown = sourcesIn('nodes').matchAll(/new (?:NodeFailure|LoggedFailure)\(\s*'(SYNC_\w+)'/g);
    const codes = new Set([...errorCodes, ...Array.from(thrown, ([, code]) => String(code))]);
    for (const code of codes)
      assert.ok(
        faultCodes.some((each) => each === code),
        code,
      );
  });

  for (const language of languages) {
    it(`says cause and remedy in ${language}, and never a code`, () => {
      const texts = faultCodes.map((code) => {
        const { status, last } = line();
        status.showFault({ code });
        const text = shownIn(language, last());
        assert.doesNotMatch(text, /SYNC_|sync-service/, code);
        assert.match(text, /[:：]/, `${code}: ${text}`);
        assert.ok(text.length <= longest, `${code}: ${text}`);
        return text;
      });
      assert.equal(new Set(texts).size, texts.length, 'each has its own');
    });
  }

  it('is the same at every node: of a poll, of an acknowledgement, of a message', () => {
    for (const code of errorCodes) {
      const state = { phase: 'backing-off', error: new SyncServiceError(code, 'x') };
      const polling = { ...state, inFlight: 0, acknowledging: 0, exhausted: 0 } as ReceiverState;
      const [one, other] = [line(), line()];
      one.status.show(statusOf([polling], { refused: false, subscribed: 1 }, 0));
      other.status.showFault(new SyncServiceError(code, 'y'));
      assert.deepEqual(one.last(), other.last());
    }
  });

  it('of a code that nobody knows is that of a node', () => {
    assert.deepEqual(faultText({ code: 'EWHATEVER' }), faultText({ code: 'SYNC_NODE_ERROR' }));
  });

  it('is what the failure says itself, in the language of Node-RED where something is put into it', () => {
    const { status, last } = line('de');
    status.showFault(invalidInput('x', sharedText('wrong.unset', { name: 'HZN_DEVICE_ID' })));
    assert.equal(last().text, 'Umgebungsvariable HZN_DEVICE_ID ist nicht gesetzt');
    status.showFault(invalidInput('x', sharedText('wrong.noService')));
    assert.equal(last().text, sharedText('wrong.noService').key);
  });

  it('says in every language how many are waited for', () => {
    const full = { phase: 'full', inFlight: 30, acknowledging: 2, exhausted: 0 } as ReceiverState;
    const found = languages.map((language) => {
      const { status, last } = line(language);
      status.show(statusOf([full], { refused: false, subscribed: 1 }, 0));
      return last().text ?? '';
    });
    assert.equal(new Set(found).size, languages.length);
    for (const text of found) assert.match(text, /32/);
  });

  it('asks Node-RED for its texts as its nodes do', () => {
    const asked: unknown[] = [];
    const translate = translatorOf({ _: (...given: unknown[]) => asked.push(given) });
    translate('key', { count: 1 });
    assert.deepEqual(asked, [['key', { count: 1 }]]);
  });
});

describe('an error says what to do', () => {
  withNodeRed();

  const failure = async (message: object, id = 'out'): Promise<string> => {
    const caught = next('caught');
    give(id, message);
    return ((await caught).error as unknown as Error).message;
  };
  const failing = (type: string, fields: object): Parameters<typeof run>[0] => [
    { id: 'node', type, z: 'tab', service: 'ess', wires: [[]], ...fields },
  ];

  it('when an environment variable is not set', async () => {
    const data = { source: 'file', data: 'EDGE_SYNC_NOWHERE', dataType: 'env' };
    await run(services, sendingFlow(data));
    assert.equal(await failure({}), 'Data is empty: the environment variable EDGE_SYNC_NOWHERE is not set');
  });

  it('when a saved flow takes the type from a message that has none', async () => {
    await run(services, sendingFlow({ objectType: undefined, objectTypeType: undefined }));
    assert.match(
      await failure({ payload: 'x' }),
      /^Object type is empty: the message has no msg\.object\.objectType: /,
    );
  });

  for (const type of ['sync-fetch', 'sync-consume']) {
    it(`when a ${type} gets no object`, async () => {
      await run(services, sendingFlow(), failing(type, {}));
      const remedy = 'connect this node behind a sync in node, or choose where the object is';
      assert.equal(await failure({}, 'node'), `msg.object is missing: ${remedy}`);
      assert.equal(await failure({ object: { objectType: 'a' } }, 'node'), 'msg.object has no objectID');
    });
  }

  it('when its sync-service is disabled, or gone', async () => {
    const [css, ...others] = services;
    await run(
      [{ ...css, id: 'css', type: 'sync-service', name: 'cloud', d: true }, ...others],
      sendingFlow(),
    );
    assert.equal(
      await failure({ payload: 'x' }),
      'The sync-service cloud is disabled: enable it, or choose another',
    );
    await helper.unload();
    await run(others, sendingFlow());
    assert.equal(await failure({ payload: 'x' }), 'The sync-service of this node is gone: choose another');
  });

  it('when the address ends in the path of the API', async () => {
    await run([cloudNode(`${nowhere}/mms/api/v1/`)], sendingFlow());
    assert.equal(
      await failure({ payload: 'x' }),
      'The address of the sync-service must not end in /api/v1: enter http://127.0.0.1:1/mms',
    );
  });

  const list = { destination: 'list', destinationsListType: 'json' };
  const unusable: [field: string, fields: object, says: RegExp][] = [
    ['Expires', { expiration: 'soon', expirationType: 'str' }, /^Expires must be a time/],
    [
      'Sign with',
      { signingKey: '', signingKeyType: 'stored' },
      /^There is no stored private key to sign with/,
    ],
    // As a script may write it, without the value.
    ['Sign with', { signingKeyType: 'stored' }, /^There is no stored private key to sign with/],
    ['Edges', { ...list, destinationsList: '[7]' }, /^Edges must be type:id/],
    ['Edges', { ...list, destinationsList: '["gateway"]' }, /^Edges must be type:id, not "gateway"/],
    ['Data', { data: '$round(', dataType: 'jsonata' }, /^Data: /],
    ['Object ID', { objectID: 'payload', objectIDType: 'msg' }, /^Object ID must be text, not an object/],
  ];
  for (const [field, fields, says] of unusable) {
    it(`when a value cannot be used, and the status names its field: ${field}`, async () => {
      await run(services, sendingFlow(fields));
      const shown = statusesOf('out');
      assert.match(await failure({ payload: {} }), says);
      assert.equal(shown.at(-1)?.text, `${field} cannot be used: see the error`);
    });
  }

  it('when a folder is not there, and the status names the field', async () => {
    const folder = { output: 'file', folder: '/nowhere/at/all', folderType: 'str' };
    await run(services, sendingFlow(), failing('sync-fetch', folder));
    const shown = statusesOf('node');
    const object = { objectType: 'a', objectID: 'b' };
    assert.equal(await failure({ object }, 'node'), 'The folder /nowhere/at/all does not exist');
    assert.equal(shown.at(-1)?.text, 'Folder cannot be used: see the error');
  });

  it('when its sync-service has no address', async () => {
    await run([cloudNode('')], sendingFlow());
    const shown = statusesOf('out');
    assert.equal(await failure({ payload: 'x' }), 'The sync-service has no address: enter it there');
    assert.equal(shown.at(-1)?.text, 'Address is empty');
  });
});

describe('a Catch node hears of a sync-in', () => {
  withNodeRed();

  let heard: { error?: { code?: string; message?: string }; topic?: string }[] = [];
  /** A node that has all messages, from the first moment on. */
  const hearing = (RED: NodeAPI): void => {
    RED.nodes.registerType('hearing', function (this: Node, config: NodeDef) {
      RED.nodes.createNode(this, config);
      this.on('input', (message) => heard.push(message as (typeof heard)[number]));
    });
  };
  const load = async (flow: Parameters<typeof wholeFlow>, credentials: object = {}): Promise<void> => {
    heard = [];
    const catching = { id: 'catch', type: 'catch', z: 'tab', scope: ['in'], wires: [['heard']] };
    const whole = wholeFlow(...flow, [catching, { id: 'heard', type: 'hearing', z: 'tab' }]);
    await helper.load([...nodes, hearing], whole, credentials);
  };

  it('that cannot be told what it waits for: also what failed before there were Catch nodes', async () => {
    await load([services, receivingFlow({ receive: { objectTypes: ' ' } })]);
    await until('the Catch node has heard', () => heard.length > 0);
    assert.equal(heard[0]?.error?.message, 'Object types is empty: enter it in this node');
  });

  it('whose service does not answer: once, and again when it is away again', async () => {
    const service = await LocalService.start({ edges: [place] });
    const [edge] = service.edges;
    assert.ok(edge);
    try {
      await edge.stop();
      await load([[edgeNode(edge.address)], receivingFlow({ receive: { interval: '0.01' } })], {
        ess: admin,
      });
      const logged: string[] = [];
      const node = helper.getNode('ess') as unknown as Node;
      node.log = (text: string) => logged.push(text);
      await until('the Catch node has heard', () => heard.length > 0);
      assert.equal(heard[0]?.error?.code, 'SYNC_UNREACHABLE');
      assert.equal(heard[0]?.topic, 'rules');
      await edge.start();
      await until('the log says that it is back', () => logged.length > 0);
      assert.deepEqual(logged, ['The service answers again']);
      assert.equal(heard.length, 1);
      await edge.stop();
      await until('the Catch node has heard again', () => heard.length > 1);
    } finally {
      await helper.unload();
      await service.stop();
    }
  });
});
