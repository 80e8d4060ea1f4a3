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

  it('is the usual side of each node', () => {
    assert.equal(usualKind('sync-in'), 'ESS');
    assert.equal(usualKind('sync-consume'), 'ESS');
    assert.equal(usualKind('sync-out'), 'CSS');
    assert.equal(usualKind('sync-query'), 'CSS');
  });
});
