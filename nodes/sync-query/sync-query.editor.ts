import { chosenService } from '../common/service.editor';
import { type Doing, missingKind, prepareChoice, prepareTyped, textOf } from '../common/typed.editor';

interface SyncQueryEditor extends EditorNode {
  service: string;
  query: string;
}

const object = { fields: ['objectType', 'objectID'], needs: ['objectType', 'objectID'] };
const destination = ['destinationType', 'destinationID'];

const queries: Record<string, Doing> = {
  metadata: object,
  status: object,
  destinations: { ...object, only: 'CSS' },
  updates: { fields: ['objectType', 'received'], needs: ['objectType'] },
  all: { fields: ['objectType'], needs: ['objectType'] },
  list: { fields: ['objectType', 'objectID', ...destination, 'filter'], only: 'CSS' },
  types: { fields: [], only: 'CSS' },
  registered: { fields: [], only: 'CSS' },
  destinationObjects: { fields: destination, needs: destination, only: 'CSS' },
  health: { fields: [] },
};

/** Validates a field that some queries cannot do without. */
function needed(field: string): EditorProperty<SyncQueryEditor> {
  return {
    value: '',
    validate(value, _options) {
      const open = $('#node-input-query').val();
      const query = open === undefined ? this.query : String(open);
      return value !== '' || !queries[query]?.needs?.includes(field) || this._('sync-query.needs.value');
    },
  };
}

RED.nodes.registerType<SyncQueryEditor>('sync-query', {
  category: 'edge sync',
  color: '#8FC9A3',
  icon: 'sync-query.svg',
  paletteLabel: 'sync query',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    service: { value: '', type: 'sync-service', required: true },
    query: {
      value: 'metadata',
      validate(value, _options) {
        const only = missingKind(queries[value], chosenService() || this.service);
        return !only || this._('sync-query.needs.cloud', { query: this._(`sync-query.query.${value}`) });
      },
    },
    objectType: needed('objectType'),
    objectTypeType: { value: 'str' },
    objectID: needed('objectID'),
    objectIDType: { value: 'str' },
    received: { value: false },
    destinationType: needed('destinationType'),
    destinationTypeType: { value: 'str' },
    destinationID: needed('destinationID'),
    destinationIDType: { value: 'str' },
    destinationPolicy: { value: '' },
    policyService: { value: '' },
    policyServiceType: { value: 'str' },
    policyProperty: { value: '' },
    policyPropertyType: { value: 'str' },
    since: { value: '' },
    sinceType: { value: 'str' },
    noData: { value: '' },
    expiresBefore: { value: '' },
    expiresBeforeType: { value: 'str' },
    deleted: { value: '' },
  },
  label() {
    return this.name || this._(`sync-query.query.${this.query}`);
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    prepareTyped('objectType', { what: 'objectTypes' });
    prepareTyped('objectID', { what: 'objectIDs', objectType: textOf('objectType') });
    prepareTyped('destinationType', { what: 'destinationTypes' });
    prepareTyped('destinationID', {
      what: 'destinationIDs',
      destinationType: textOf('destinationType'),
    });
    for (const field of ['policyService', 'policyProperty', 'since', 'expiresBefore']) prepareTyped(field);
    prepareChoice('sync-query', 'query', queries, this.query, (key) => this._(key));
  },
});
