import { chosenService } from '../common/service.editor';
import { type Doing, missingKind, prepareChoice, prepareTyped, textOf } from '../common/typed.editor';

interface SyncAdminEditor extends EditorNode {
  service: string;
  action: string;
}

function cloud(...fields: string[]): Doing {
  const needs = fields.filter((field) => field !== 'role' && field !== 'address');
  return { fields, needs, only: 'CSS' };
}

const actions: Record<string, Doing> = {
  objectACL: cloud('objectType'),
  addToObjectACL: cloud('objectType', 'userNames', 'role'),
  removeFromObjectACL: cloud('objectType', 'userNames'),
  objectACLs: cloud(),
  destinationACL: cloud('destinationType'),
  addToDestinationACL: cloud('destinationType', 'userNames'),
  removeFromDestinationACL: cloud('destinationType', 'userNames'),
  destinationACLs: cloud(),
  setDestinations: cloud('objectType', 'objectID', 'destinations'),
  addDestinations: cloud('objectType', 'objectID', 'destinations'),
  removeDestinations: cloud('objectType', 'objectID', 'destinations'),
  organizations: cloud(),
  updateOrganization: cloud('orgID', 'address'),
  deleteOrganization: cloud('orgID'),
  resend: { fields: [], only: 'ESS' },
};

const risky = ['setDestinations', 'removeDestinations', 'deleteOrganization', 'resend'];

/** Validates a field that some actions cannot do without. */
function needed(field: string, value = ''): EditorProperty<SyncAdminEditor> {
  return {
    value,
    validate(given, _options) {
      const open = $('#node-input-action').val();
      const action = open === undefined ? this.action : String(open);
      return given !== '' || !actions[action]?.needs?.includes(field) || this._('sync-admin.needs.value');
    },
  };
}

RED.nodes.registerType<SyncAdminEditor>('sync-admin', {
  category: 'edge sync',
  color: '#8FC9A3',
  icon: 'sync-admin.svg',
  paletteLabel: 'sync admin',
  inputs: 1,
  outputs: 1,
  defaults: {
    name: { value: '' },
    service: { value: '', type: 'sync-service', required: true },
    action: {
      value: 'objectACL',
      validate(value, _options) {
        const only = missingKind(actions[value], chosenService() || this.service);
        const needs = only === 'CSS' ? 'cloud' : 'edge';
        return !only || this._(`sync-admin.needs.${needs}`, { action: this._(`sync-admin.action.${value}`) });
      },
    },
    objectType: needed('objectType'),
    objectTypeType: { value: 'str' },
    objectID: needed('objectID'),
    objectIDType: { value: 'str' },
    destinationType: needed('destinationType'),
    destinationTypeType: { value: 'str' },
    destinations: needed('destinations'),
    destinationsType: { value: 'str' },
    userNames: needed('userNames', 'payload'),
    userNamesType: { value: 'msg' },
    userType: { value: 'user' },
    role: { value: 'aclReader' },
    orgID: needed('orgID'),
    orgIDType: { value: 'str' },
    address: { value: '' },
    addressType: { value: 'str' },
  },
  label() {
    return this.name || this._(`sync-admin.action.${this.action}`);
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    prepareTyped('objectType', { what: 'objectTypes' });
    prepareTyped('objectID', { what: 'objectIDs', objectType: textOf('objectType') });
    prepareTyped('destinationType', { what: 'destinationTypes' });
    prepareTyped('destinations', { what: 'destinations' });
    for (const field of ['userNames', 'orgID', 'address']) prepareTyped(field);
    prepareChoice(
      'sync-admin',
      'action',
      actions,
      this.action,
      (key) => this._(key),
      (action) => {
        const warns = risky.includes(action);
        $('#sync-admin-warning')
          .toggle(warns)
          .text(warns ? this._(`sync-admin.warning.${action}`) : '');
      },
    );
  },
});
