import assert from 'node:assert/strict';
import type { Form } from '../../nodes/common/form';
import { holdsSomething, problemOf } from '../../nodes/common/problems';
import { savedIn } from '../../nodes/common/saved';
import type { Fields } from '../../nodes/common/table';
import { table } from '../../nodes/sync-out/fields';
import { hasFreshID } from '../../nodes/sync-out/rules';
import { table as service } from '../../nodes/sync-service/fields';

type Values = Record<string, string>;

/** A dialog of a new node, apart from what a test fills in. */
function form(kind: Form['kind'], values: Values = {}): Form {
  const all: Values = {
    action: 'publish',
    objectType: 'object.objectType',
    objectTypeType: 'msg',
    objectIDType: 'auto',
    metaOnly: 'false',
    metaOnlyType: 'bool',
    noDataType: 'auto',
    waitFor: 'published',
    timeout: '60',
    inactive: 'false',
    inactiveType: 'bool',
    consumersType: 'num',
    autodelete: 'false',
    autodeleteType: 'bool',
    signingKeyType: 'none',
    ...values,
  };
  return { kind, value: (field) => all[field] ?? '' };
}

/** A node of a flow that was saved before there were these fields. */
function oldForm(kind: Form['kind'], values: Values): Form {
  const saved = savedIn(table, values);
  return { kind, value: (field) => String(saved[field] ?? '') };
}

function wrong(asked: Form): Record<string, string> {
  const found = Object.keys(table.fields).map((field) => [field, problemOf(table, field, asked)]);
  return Object.fromEntries(found.filter(([, problem]) => problem !== undefined)) as Record<string, string>;
}

/** Of the rows that are not always there. */
function shown(asked: Form): string[] {
  const rows = Object.entries({ ...table.fields } as Fields).map(
    ([name, { shown }]) => [name, shown] as const,
  );
  return [...rows, ...Object.entries(table.sections ?? {})]
    .filter(([, applies]) => applies?.(asked))
    .map(([row]) => row);
}

const sections = ['delivery', 'life', 'signing'];

function hasMore(asked: Form): boolean {
  return Object.keys(table.sections ?? {}).some((section) => holdsSomething(table, section, asked));
}

describe('the form of sync-out', () => {
  it('is wrong on a cloud until a destination is chosen, and right on an edge', () => {
    assert.deepEqual(wrong(form('CSS')), { destination: 'needs.destination' });
    assert.deepEqual(wrong(form('CSS', { action: 'metadata' })), { destination: 'needs.destination' });
    assert.deepEqual(wrong(form('CSS', { destination: 'all' })), {});
    assert.deepEqual(wrong(form('ESS')), {});
    for (const action of ['data', 'activate', 'delete']) assert.deepEqual(wrong(form('CSS', { action })), {});
  });

  it('has the rows of an action, and no others', () => {
    const [data, common] = [['source', 'data'], ['waitFor']];
    const published = ['onlyWhenChanged', ...common, 'signingKey', ...sections];
    assert.deepEqual(shown(form('CSS', { action: 'delete' })), []);
    assert.deepEqual(shown(form('CSS', { action: 'activate' })), common);
    assert.deepEqual(shown(form('CSS', { action: 'data' })), [...data, ...common]);
    assert.deepEqual(shown(form('CSS')), [...data, 'destination', ...published]);
    assert.deepEqual(shown(form('CSS', { action: 'metadata' })), [
      'metaOnly',
      'noData',
      'destination',
      ...common,
      'delivery',
      'life',
    ]);
    assert.deepEqual(shown(form('ESS')), [...data, 'cloud', ...published]);
  });

  const withRows: [string, Values, string[]][] = [
    ['all edges', { destination: 'all' }, ['edges']],
    ['edges of a type', { destination: 'type' }, ['destinationType']],
    ['one edge', { destination: 'node' }, ['destinationType', 'destinationID']],
    ['a list', { destination: 'list' }, ['destinationsList']],
    ['a policy', { destination: 'policy' }, ['destinationPolicy']],
    ['a wait', { waitFor: 'consumed' }, ['timeout']],
    ['an activation', { inactive: 'true' }, ['activationTime']],
    ['what a message says of the activation', { inactiveType: 'msg', inactive: 'later' }, ['activationTime']],
    ['a stored key', { signingKeyType: 'stored' }, ['privateKey', 'passphrase']],
    ['the key of a file', { signingKeyType: 'str' }, ['passphrase']],
  ];
  for (const [what, values, more] of withRows) {
    it(`has the rows of ${what}`, () => {
      const without = new Set(shown(form('CSS')));
      assert.deepEqual(
        shown(form('CSS', values)).filter((row) => !without.has(row)),
        more,
      );
    });
  }

  it('hides the choice of no data where the data stays', () => {
    assert.ok(!shown(form('CSS', { action: 'metadata', metaOnly: 'true' })).includes('noData'));
  });

  const list = { destination: 'list', destinationsListType: 'str' };
  const node = { destination: 'node', destinationType: 'gateway', destinationID: 'edge1' };
  const faults: [string, Values, Record<string, string>][] = [
    ['no type of object', { destination: 'all', objectType: '' }, { objectType: 'needs.value' }],
    ['no ID', { destination: 'all', objectIDType: 'str' }, { objectID: 'needs.value' }],
    ['no node ID', { destination: 'node', destinationType: 'gateway' }, { destinationID: 'needs.value' }],
    ['no node type', { destination: 'type' }, { destinationType: 'needs.value' }],
    ['an empty list', list, { destinationsList: 'needs.value' }],
    [
      'half names',
      { ...list, destinationsList: 'gateway:edge1, edge2' },
      { destinationsList: 'invalid.list' },
    ],
    ['no policy', { destination: 'policy' }, { destinationPolicy: 'needs.value' }],
    ['no time', { destination: 'all', expiration: 'tomorrow' }, { expiration: 'invalid.time' }],
    [
      'no time of activation',
      { destination: 'all', inactive: 'true', activationTime: 'soon' },
      { activationTime: 'invalid.time' },
    ],
    ['half a consumer', { destination: 'all', consumers: '0.5' }, { consumers: 'invalid.consumers' }],
    ['minus two consumers', { destination: 'all', consumers: '-2' }, { consumers: 'invalid.consumers' }],
    ['autodelete everywhere', { destination: 'all', autodelete: 'true' }, { autodelete: 'needs.place' }],
    [
      'a link to no data',
      { action: 'metadata', destination: 'all', noDataType: 'bool', noData: 'true', link: 'http://host/x' },
      { link: 'invalid.link' },
    ],
    ['no path of a key', { destination: 'all', signingKeyType: 'str' }, { signingKey: 'needs.value' }],
    [
      'a key in the flow',
      { destination: 'all', signingKeyType: 'str', signingKey: '-----BEGIN PRIVATE KEY-----' },
      { signingKey: 'invalid.secret' },
    ],
  ];
  for (const [what, values, expected] of faults) {
    it(`finds ${what}`, () => assert.deepEqual(wrong(form('CSS', values)), expected));
  }

  const right: [string, Values][] = [
    ['a time', { destination: 'all', expiration: 'in 24 h' }],
    ['a time from a message', { destination: 'all', expiration: 'when', expirationType: 'msg' }],
    ['any number of consumers', { destination: 'all', consumers: '-1' }],
    ['a list', { ...list, destinationsList: 'gateway:edge1, gateway:edge2' }],
    ['a list from a message', { ...list, destinationsListType: 'msg', destinationsList: 'destinations' }],
    ['autodelete at one edge', { ...node, autodelete: 'true' }],
    ['autodelete at a list', { ...list, destinationsList: 'a:b', autodelete: 'true' }],
    ['a time of activation that does not apply', { destination: 'all', activationTime: 'soon' }],
    ['a link', { action: 'metadata', destination: 'all', link: 'http://host/x' }],
    ['a stored key', { destination: 'all', signingKeyType: 'stored' }],
  ];
  for (const [what, values] of right) {
    it(`is content with ${what}`, () => assert.deepEqual(wrong(form('CSS', values)), {}));
  }

  it('marks on an edge what an edge refuses, and keeps it in sight', () => {
    const refused = { expiration: 'in 24 h', autodelete: 'true', destination: 'list', waitFor: 'delivered' };
    assert.deepEqual(wrong(form('ESS', refused)), {
      destination: 'needs.cloud',
      waitFor: 'needs.consumed',
      expiration: 'needs.cloud',
      autodelete: 'needs.cloud',
    });
    assert.ok(shown(form('ESS', refused)).includes('destination'));
    assert.deepEqual(wrong(form('ESS', { expiration: 'when', expirationType: 'msg' })), {
      expiration: 'needs.cloud',
    });
  });

  it('takes flows of before as they are', () => {
    const typed = { objectType: 'rules', objectTypeType: 'str', objectID: 'r1', objectIDType: 'str' };
    assert.deepEqual(wrong(oldForm('CSS', { ...typed, ...node, waitFor: 'consumed' })), {});
    assert.deepEqual(wrong(oldForm('CSS', { ...typed, destination: 'all', action: 'metadata' })), {});
    assert.deepEqual(wrong(oldForm('ESS', { ...typed, destination: 'all', waitFor: 'consumed' })), {});
    assert.equal(hasMore(oldForm('CSS', typed)), false);
  });

  it('folds away what is empty, and nothing else', () => {
    assert.equal(hasMore(form('CSS')), false);
    for (const field of ['version', 'description', 'expiration', 'activationTime', 'consumers', 'link']) {
      assert.equal(hasMore(form('CSS', { [field]: '1' })), true, field);
    }
    assert.equal(hasMore(form('CSS', { inactive: 'true' })), true);
    assert.equal(hasMore(form('CSS', { autodeleteType: 'msg', autodelete: 'x' })), true);
    assert.equal(hasMore(form('CSS', { signingKeyType: 'stored' })), true);
  });

  it('says where a new object has a fresh ID by default', () => {
    assert.equal(hasFreshID(form('ESS')), true);
    assert.equal(hasFreshID(form('ESS', { action: 'metadata' })), true);
    assert.equal(hasFreshID(form('ESS', { action: 'metadata', metaOnly: 'true' })), false);
    assert.equal(hasFreshID(form('ESS', { action: 'delete' })), false);
    assert.equal(hasFreshID(form('CSS')), false);
  });
});

describe('the form of sync-service', () => {
  const faultOf = (field: string, values: Values): string | undefined =>
    problemOf(service, field, { kind: 'CSS', value: (name) => values[name] ?? '' });

  it('takes hours of the day, and a time zone beside them', () => {
    const hours = (transferHours: string): string | undefined =>
      faultOf('transferHours', { connection: 'local', transferHours });
    assert.deepEqual(
      ['', '22:00-05:00', '12:00-13:00, 22:00-05:00', `\${HOURS}`].map(hours),
      new Array(4).fill(undefined),
    );
    assert.deepEqual(['at night', '22-5'].map(hours), ['invalid.hours', 'invalid.hours']);
    const zone = (timeZone: string, transferHours = '22:00-05:00'): string | undefined =>
      faultOf('timeZone', { connection: 'local', transferHours, timeZone });
    assert.deepEqual(
      [zone(''), zone('Europe/Berlin'), zone(`\${TZ}`), zone('Mars', '')],
      new Array(4).fill(undefined),
    );
    assert.equal(zone('Mars'), 'invalid.timeZone');
  });
});
