import assert from 'node:assert/strict';
import { usualKind } from '../../nodes/common/sides';
import { definitionOf } from '../support/definition';
import { translate } from '../support/texts';

/** What a node is called on the canvas, or in a list of services. */
function labelOf(type: string, values: object): string {
  const node = {
    id: 'one',
    type,
    ...values,
    _: (key: string, given?: object) => translate(key, given),
  };
  return definitionOf(type, [node]).label.call(node);
}

const variable = ['$', '{CHOICE}'].join('');

describe('what a node without a name is called', () => {
  const services: [string, object][] = [
    ['cloud: demo', { connection: 'local', side: 'cloud', organization: 'demo' }],
    ['edge: gateway/edge1', { connection: 'local', side: 'edge', edgeType: 'gateway', edgeID: 'edge1' }],
    [
      'cloud: acme, css.example:9443',
      { connection: 'address', side: 'cloud', organization: 'acme', address: 'https://css.example:9443' },
    ],
    ['edge: /run/essapi.sock', { connection: 'address', side: 'edge', address: 'unix:///run/essapi.sock' }],
    ['Open Horizon edge service', { connection: 'openhorizon' }],
    // Saved before there was a choice.
    ['cloud: demo', {}],
  ];
  for (const [label, values] of services) {
    it(`is ${label}`, () => assert.equal(labelOf('sync-service', values), label));
  }

  const nodes: [string, string, object][] = [
    ['publish rules', 'sync-out', { action: 'publish', objectType: 'rules', objectTypeType: 'str' }],
    ['publish msg.object.objectType', 'sync-out', {}],
    ['delete rules', 'sync-out', { action: 'delete', objectType: 'rules', objectTypeType: 'str' }],
    ['publish', 'sync-out', { action: 'publish', objectType: '', objectTypeType: 'str' }],
    ['rules, models', 'sync-in', { objectTypes: 'rules, models' }],
    ['env.TYPES', 'sync-in', { objectTypes: 'TYPES', objectTypesType: 'env' }],
    ['sync in', 'sync-in', { objectTypes: '' }],
    ['fetch to a file', 'sync-fetch', { output: 'file' }],
    ['mark consumed', 'sync-consume', {}],
    ['give back', 'sync-consume', { mark: 'giveBack' }],
    // Which one an environment variable says, nobody knows in the editor.
    ['sync consume', 'sync-consume', { mark: variable }],
    ['sync fetch', 'sync-fetch', { output: variable }],
    ['sync query', 'sync-query', { query: variable }],
    ['sync admin', 'sync-admin', { action: variable }],
    ['sync out', 'sync-out', { action: variable, objectType: 'rules', objectTypeType: 'str' }],
  ];
  for (const [label, type, values] of nodes) {
    it(`is ${label}, of a ${type}`, () => assert.equal(labelOf(type, values), label));
  }

  it('is the usual side of each node', () => {
    assert.equal(usualKind('sync-in'), 'ESS');
    assert.equal(usualKind('sync-consume'), 'ESS');
    assert.equal(usualKind('sync-out'), 'CSS');
    assert.equal(usualKind('sync-query'), 'CSS');
  });
});
